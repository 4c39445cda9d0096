/**
 * From the log's batches to the bytes of each client.
 *
 * <p>A {@link dev.hermes.gateway.delivery.Hub} lives on one event loop and owns everything here: the window of the last
 * entries, the index from channel and key to subscribers, the wheel of deadlines, and each subscriber's cursor. Nobody
 * else touches any of it, so there is no lock. A batch enters by {@link dev.hermes.gateway.delivery.Hub#onBatch}, is
 * matched by the index, encoded once, and written to whoever listens; one flush each ends the turn.
 *
 * <p>A subscriber is live, or it is behind. Replay after a reconnect, a slow network, a renewed token are one thing: a
 * cursor that is behind, read on from the window, or, older, from the log. Knows nothing of HTTP or Redis.
 */
@NullMarked
package dev.hermes.gateway.delivery;

import org.jspecify.annotations.NullMarked;
