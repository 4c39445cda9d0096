/**
 * The log of a single process: bounded, lost when the process ends, and invisible to other gateways. All of its state
 * is owned by the event loop that created it.
 */
@NullMarked
package dev.hermes.gateway.log.memory;

import org.jspecify.annotations.NullMarked;
