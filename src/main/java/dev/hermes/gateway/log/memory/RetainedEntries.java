package dev.hermes.gateway.log.memory;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.EventLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The entries that a memory log still holds: a ring that grows up to its bound, numbered without a break from 1.
 * Bounded by count, bytes and age, but the newest entry always stays, since a reader without a cursor starts at its
 * position. Owned by the log's loop.
 */
final class RetainedEntries {

    /** The memory that an entry takes beside its payload: objects, id, slot in the ring. Estimated on the high side. */
    private static final int OVERHEAD_BYTES = 256;

    private static final int INITIAL_CAPACITY = 1_024;

    private record Retained(LogEntry entry, long atMillis, int bytes) {}

    private final int maxEntries;
    private final long maxBytes;
    private final long maxAgeMillis;
    private final Consumer<LogEntry> dropped;

    private Retained[] ring = new Retained[INITIAL_CAPACITY];
    private long first = 1;
    private long next = 1;
    private long bytes;

    RetainedEntries(Settings.History bounds, Consumer<LogEntry> dropped) {
        this.maxEntries = bounds.maxEvents();
        this.maxBytes = bounds.maxBytes();
        this.maxAgeMillis = bounds.maxAge().toMillis();
        this.dropped = dropped;
    }

    /** The number the next entry gets. */
    long nextSequence() {
        return next;
    }

    /** The number of the oldest entry. */
    long firstSequence() {
        return first;
    }

    boolean holds(long sequence) {
        return sequence >= first && sequence < next;
    }

    EventLog.Held held(long nowMillis) {
        return new EventLog.Held(
                (double) (next - first),
                (double) bytes,
                (nowMillis - at(first).atMillis()) / 1e3,
                last().id(),
                List.of());
    }

    LogEntry last() {
        return at(next - 1).entry();
    }

    void add(LogEntry entry, long nowMillis) {
        if (next - first == ring.length) {
            grow();
        }
        Retained added = new Retained(entry, nowMillis, bytesOf(entry));
        ring[index(next)] = added;
        next++;
        bytes += added.bytes();
    }

    void trim(long nowMillis) {
        while (next - first > 1 && exceeds(at(first), nowMillis)) {
            Retained oldest = at(first);
            ring[index(first)] = null;
            first++;
            bytes -= oldest.bytes();
            dropped.accept(oldest.entry());
        }
    }

    List<LogEntry> after(long sequence, int limit) {
        if (sequence >= next - 1) {
            return List.of();
        }
        long from = Math.max(sequence + 1, first);
        long to = Math.min(next, from + limit);
        List<LogEntry> entries = new ArrayList<>((int) Math.max(0, to - from));
        for (long at = from; at < to; at++) {
            entries.add(at(at).entry());
        }
        return entries;
    }

    /** The entries up to that number, as many as asked for, and none before the one that makes them too large. */
    List<LogEntry> upTo(long sequence, int limit, long mostBytes) {
        long from = sequence + 1;
        long left = mostBytes;
        while (from > first && sequence + 1 - from < limit && left > 0) {
            from--;
            left -= at(from).bytes();
        }
        return after(from - 1, (int) (sequence + 1 - from));
    }

    private boolean exceeds(Retained oldest, long nowMillis) {
        return next - first > maxEntries || bytes > maxBytes || nowMillis - oldest.atMillis() > maxAgeMillis;
    }

    private Retained at(long sequence) {
        return ring[index(sequence)];
    }

    private int index(long sequence) {
        return (int) (sequence & (ring.length - 1));
    }

    private void grow() {
        Retained[] larger = new Retained[ring.length * 2];
        for (long at = first; at < next; at++) {
            larger[(int) (at & (larger.length - 1))] = at(at);
        }
        ring = larger;
    }

    private static int bytesOf(LogEntry entry) {
        return entry instanceof Event event ? event.envelope().data().length() + OVERHEAD_BYTES : OVERHEAD_BYTES;
    }

    /**
     * The latest event of each indexed channel and of each of its keys. Never larger than the log, since it forgets
     * what the log drops. Owned by the log's loop.
     */
    static final class LatestEventIndex {

        private final Set<String> channels;
        private final Map<EventLog.StartPosition.LatestQuery, Event> latest = new HashMap<>();

        LatestEventIndex(Set<String> channels) {
            this.channels = Set.copyOf(channels);
        }

        void remember(Event event) {
            String channel = event.envelope().channel();
            if (channels.contains(channel)) {
                latest.put(new EventLog.StartPosition.LatestQuery(channel, null), event);
                if (event.envelope().key() != null) {
                    latest.put(
                            new EventLog.StartPosition.LatestQuery(
                                    channel, event.envelope().key()),
                            event);
                }
            }
        }

        void forget(LogEntry entry) {
            if (entry instanceof Event event
                    && channels.contains(event.envelope().channel())) {
                forget(new EventLog.StartPosition.LatestQuery(event.envelope().channel(), null), event);
                forget(
                        new EventLog.StartPosition.LatestQuery(
                                event.envelope().channel(), event.envelope().key()),
                        event);
            }
        }

        private void forget(EventLog.StartPosition.LatestQuery recall, Event dropped) {
            Event newest = latest.get(recall);
            if (newest != null && newest.id().equals(dropped.id())) {
                latest.remove(recall);
            }
        }

        List<Event> recall(List<EventLog.StartPosition.LatestQuery> recalls) {
            return recalls.stream()
                    .map(latest::get)
                    .filter(Objects::nonNull)
                    .distinct()
                    .toList();
        }

        @Nullable
        Event get(EventLog.StartPosition.LatestQuery recall) {
            return latest.get(recall);
        }
    }
}
