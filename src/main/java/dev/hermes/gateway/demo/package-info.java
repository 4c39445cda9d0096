/**
 * What one needs to see the gateway at work without a Hermes beside it: a Redis inside this process and a Hermes that is
 * only played, whose messages cannot be told from real ones. It stands outside the event's way, before its first door: the
 * gateway meets these messages in Redis like any others.
 *
 * <p>{@link dev.hermes.gateway.demo.SimulatedDownloads} is the publisher. The page that shows what becomes of its messages
 * is in the class path folder {@code demo}.
 */
@NullMarked
package dev.hermes.gateway.demo;

import org.jspecify.annotations.NullMarked;
