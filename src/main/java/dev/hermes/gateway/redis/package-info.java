@NullMarked
package dev.hermes.gateway.redis;

import org.jspecify.annotations.NullMarked;
