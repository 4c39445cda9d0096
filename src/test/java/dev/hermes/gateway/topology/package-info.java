/** A whole gateway with a log in Redis, against every way in which Redis is run: real servers, real failovers. */
@NullMarked
package dev.hermes.gateway.topology;

import org.jspecify.annotations.NullMarked;
