/**
 * The log of one process: bounded, gone with it, and of no use to another gateway. All of it is owned by the event loop that
 * made it.
 */
@NullMarked
package dev.hermes.gateway.log.memory;

import org.jspecify.annotations.NullMarked;
