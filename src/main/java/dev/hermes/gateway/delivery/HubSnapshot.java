package dev.hermes.gateway.delivery;

import dev.hermes.gateway.log.GapReason;
import java.util.Map;

/**
 * What a hub had counted at one moment.
 *
 * @param open streams
 * @param opened streams since the start
 * @param catchingUp streams and polls behind
 * @param delivered events handed to sockets, by channel
 */
public record HubSnapshot(
        int open,
        long opened,
        int catchingUp,
        Map<String, Long> delivered,
        Map<CloseReason, Long> closed,
        Map<GapReason, Long> gaps,
        Latency latency) {

    /** Upper bounds of the latency buckets; one more bucket follows for everything above. */
    public static final double[] LATENCY_BOUNDS_MILLIS = {0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000};

    /**
     * From received to written.
     *
     * @param buckets events in each bucket, not cumulative
     */
    public record Latency(long[] buckets, double sumSeconds) {}
}
