@NullMarked
package dev.hermes.gateway.log;

import org.jspecify.annotations.NullMarked;
