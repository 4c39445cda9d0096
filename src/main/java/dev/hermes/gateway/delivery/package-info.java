/**
 * Delivers the log's batches as bytes to each client.
 *
 * <p>A {@link dev.hermes.gateway.delivery.Hub} lives on one event loop and owns all state in this package: the window
 * of the last entries, the index from channel and key to subscribers, the wheel of deadlines, and each subscriber's
 * cursor. Nothing else touches this state, so there is no lock. A batch enters by {@link
 * dev.hermes.gateway.delivery.Hub#onBatch}, is matched by the index, encoded once, written to every subscriber that
 * wants it, and flushed once for each of them.
 *
 * <p>A subscriber is live, or it is behind. A reconnect, a slow network and a renewed token are all the same case: a
 * cursor that is behind, for which entries are read from the window or, if older, from the log. This package knows
 * nothing of HTTP or Redis.
 */
@NullMarked
package dev.hermes.gateway.delivery;

import org.jspecify.annotations.NullMarked;
