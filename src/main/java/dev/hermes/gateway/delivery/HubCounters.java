package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.Hole;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.GapReason;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What one hub has counted. Plain numbers: written on the hub's loop only, read there too, by {@link #snapshot()}.
 */
final class HubCounters {

    private final Map<String, long[]> delivered = new LinkedHashMap<>();
    private final Map<String, long[]> superseded = new LinkedHashMap<>();
    private final EnumMap<CloseReason, long[]> closed = new EnumMap<>(CloseReason.class);
    private final EnumMap<GapReason, long[]> gaps = new EnumMap<>(GapReason.class);
    private final long[] latencyBoundsNanos = HubSnapshot.LATENCY_BOUNDS_MILLIS.stream()
            .mapToLong(millis -> Math.round(millis * 1e6))
            .toArray();
    private final long[] latencyBuckets = new long[latencyBoundsNanos.length + 1];
    private double latencySumSeconds;
    private long opened;
    private int open;
    private int catchingUp;

    HubCounters(Collection<String> channels) {
        channels.forEach(channel -> {
            delivered.put(channel, new long[1]);
            superseded.put(channel, new long[1]);
        });
        for (CloseReason reason : CloseReason.values()) {
            closed.put(reason, new long[1]);
        }
        for (GapReason reason : GapReason.values()) {
            gaps.put(reason, new long[1]);
        }
    }

    void streamOpened() {
        opened++;
        open++;
    }

    void streamClosed(CloseReason reason) {
        add(closed.get(reason), 1);
        open--;
    }

    void gapsTold(GapReason reason, int streams) {
        add(gaps.get(reason), streams);
    }

    void gapTold(GapReason reason) {
        gapsTold(reason, 1);
    }

    /** One entry to so many. */
    void handed(LogEntry entry, int subscribers) {
        if (entry instanceof Event event) {
            add(delivered.get(event.envelope().channel()), subscribers);
        } else if (entry instanceof Hole) {
            add(gaps.get(GapReason.SOURCE_HOLE), subscribers);
        }
    }

    /** One event was left out for one subscriber. */
    void superseded(Event event) {
        add(superseded.get(event.envelope().channel()), 1);
    }

    /** So many events reached their sockets that long after they were received. */
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

    HubSnapshot snapshot() {
        return new HubSnapshot(
                open,
                opened,
                catchingUp,
                new HubSnapshot.Events(copy(delivered), copy(superseded)),
                copy(closed),
                copy(gaps),
                new HubSnapshot.Latency(LongStream.of(latencyBuckets).boxed().toList(), latencySumSeconds));
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
}
