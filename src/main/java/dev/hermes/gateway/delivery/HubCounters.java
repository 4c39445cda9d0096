package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The counters of one hub. Written and read, by {@link #snapshot}, on the hub's loop only. */
public final class HubCounters {

    private final Map<String, long[]> delivered = new LinkedHashMap<>();
    private final Map<String, long[]> superseded = new LinkedHashMap<>();
    private final EnumMap<SseStream.CloseReason, long[]> closed = new EnumMap<>(SseStream.CloseReason.class);
    private final EnumMap<Gap.Reason, long[]> gaps = new EnumMap<>(Gap.Reason.class);
    private final long[] latencyBoundsNanos = Snapshot.LATENCY_BOUNDS_MILLIS.stream()
            .mapToLong(millis -> Math.round(millis * 1e6))
            .toArray();
    private final long[] latencyBuckets = new long[latencyBoundsNanos.length + 1];
    private double latencySumSeconds;
    private long opened;
    private int open;
    private int catchingUp;
    private int polls;
    private long heartbeats;

    HubCounters(Collection<String> channels) {
        channels.forEach(channel -> {
            delivered.put(channel, new long[1]);
            superseded.put(channel, new long[1]);
        });
        for (SseStream.CloseReason reason : SseStream.CloseReason.values()) {
            closed.put(reason, new long[1]);
        }
        for (Gap.Reason reason : Gap.Reason.values()) {
            gaps.put(reason, new long[1]);
        }
    }

    void streamOpened() {
        opened++;
        open++;
    }

    void streamClosed(SseStream.CloseReason reason) {
        add(closed.get(reason), 1);
        open--;
    }

    void gapsSent(Gap.Reason reason, int streams) {
        add(gaps.get(reason), streams);
    }

    /** A stream or poll began there, and was told of a gap if one comes first. */
    void began(EventLog.StartPosition start) {
        if (start.gap() != null) {
            gapSent(start.gap().reason());
        }
    }

    void gapSent(Gap.Reason reason) {
        gapsSent(reason, 1);
    }

    /** One entry was delivered to the given number of subscribers. */
    void delivered(LogEntry entry, int subscribers) {
        if (entry instanceof Event event) {
            add(delivered.get(event.envelope().channel()), subscribers);
        } else if (entry instanceof LogEntry.GapEntry) {
            add(gaps.get(Gap.Reason.SOURCE_HOLE), subscribers);
        }
    }

    /** One event was left out for one subscriber. */
    void superseded(Event event) {
        add(superseded.get(event.envelope().channel()), 1);
    }

    /** The given number of events was written to sockets this long after they were received. */
    void latency(long nanos, int events) {
        int bucket = 0;
        while (bucket < latencyBoundsNanos.length && nanos > latencyBoundsNanos[bucket]) {
            bucket++;
        }
        latencyBuckets[bucket] += events;
        latencySumSeconds += nanos / 1e9 * events;
    }

    void catchingUp(int change) {
        catchingUp += change;
    }

    /** A poll has begun to wait, or waits no longer. */
    void polls(int change) {
        polls += change;
    }

    void heartbeat() {
        heartbeats++;
    }

    /** Whether any stream or poll is behind. */
    boolean anyBehind() {
        return catchingUp > 0;
    }

    Snapshot snapshot(Snapshot.Lag lag, Snapshot.Kept kept) {
        return new Snapshot(
                new Snapshot.Clients(open, opened, catchingUp, polls, heartbeats),
                lag,
                new Snapshot.Events(copy(delivered), copy(superseded)),
                copy(closed),
                copy(gaps),
                new Snapshot.Latency(LongStream.of(latencyBuckets).boxed().toList(), latencySumSeconds),
                kept);
    }

    private static void add(long @Nullable [] counter, long amount) {
        if (counter != null) {
            counter[0] += amount;
        }
    }

    private static <K> Map<K, Long> copy(Map<K, long[]> counters) {
        Map<K, Long> copy = new LinkedHashMap<>();
        counters.forEach((key, value) -> copy.put(key, value[0]));
        return copy;
    }

    /**
     * The counts of a hub at one moment.
     *
     * @param lag how far those are behind that are
     */
    public record Snapshot(
            Clients clients,
            Lag lag,
            Events events,
            Map<SseStream.CloseReason, Long> closed,
            Map<Gap.Reason, Long> gaps,
            Latency latency,
            Kept kept) {

        /**
         * Streams and polls.
         *
         * @param open streams open now
         * @param opened streams opened since the start
         * @param catchingUp streams and polls that are behind
         * @param polls polls waiting now
         * @param heartbeats heartbeats sent since the start
         */
        public record Clients(int open, long opened, int catchingUp, int polls, long heartbeats) {}

        /**
         * How far streams are behind.
         *
         * @param stalled streams that are behind and accept nothing right now
         * @param entries log entries that they have yet to examine, all streams together; for each at most as many as the
         *     hub's window holds
         * @param greatestMillis how long the one has been behind that is so for the longest time
         */
        public record Lag(int stalled, long entries, long greatestMillis) {

            public static final Lag NONE = new Lag(0, 0, 0);
        }

        /**
         * The newest entries of the log, which the hub keeps for the streams on its event loop.
         *
         * @param bytes with the frames made of them, as the bound of the window counts them
         */
        public record Kept(int entries, long bytes) {}

        /**
         * Events by channel, counted once for each client.
         *
         * @param delivered written to sockets
         * @param superseded left out, since the client was far behind and a later event replaces them
         */
        public record Events(Map<String, Long> delivered, Map<String, Long> superseded) {}

        /** Upper bounds of the latency buckets; one more bucket follows for everything above. */
        public static final List<Double> LATENCY_BOUNDS_MILLIS =
                List.of(0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 5_000.0);

        /**
         * The time from receiving an event to writing it.
         *
         * @param buckets events in each bucket, not cumulative
         */
        public record Latency(List<Long> buckets, double sumSeconds) {}
    }
}
