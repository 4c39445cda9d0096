package dev.hermes.gateway.delivery;

import dev.hermes.gateway.log.GapReason;
import java.util.List;
import java.util.Map;

/**
 * What a hub had counted at one moment.
 *
 * @param open streams
 * @param opened streams since the start
 * @param catchingUp streams and polls behind
 */
public record HubSnapshot(
        int open,
        long opened,
        int catchingUp,
        Events events,
        Map<CloseReason, Long> closed,
        Map<GapReason, Long> gaps,
        Latency latency) {

    /**
     * By channel, counted once for each client.
     *
     * @param delivered handed to sockets
     * @param superseded left out, since the client was far behind and a later one says it all
     */
    public record Events(Map<String, Long> delivered, Map<String, Long> superseded) {}

    /** Upper bounds of the latency buckets; one more bucket follows for everything above. */
    public static final List<Double> LATENCY_BOUNDS_MILLIS =
            List.of(0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 5_000.0);

    /**
     * From received to written.
     *
     * @param buckets events in each bucket, not cumulative
     */
    public record Latency(List<Long> buckets, double sumSeconds) {}
}
