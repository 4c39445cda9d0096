/**
 * A demo of the gateway without Hermes: a Redis inside this process, and a simulated Hermes whose messages look
 * exactly like real ones. The gateway receives these messages from Redis like any others.
 *
 * <p>{@link dev.hermes.gateway.demo.SimulatedDownloads} is the publisher. The page that shows its messages is in the
 * class path folder {@code demo}.
 */
@NullMarked
package dev.hermes.gateway.demo;

import org.jspecify.annotations.NullMarked;
