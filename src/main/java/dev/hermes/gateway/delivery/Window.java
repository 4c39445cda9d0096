package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last entries of the log up to the newest that passed this hub, with their encoded frames. A ring, bounded by count and bytes; it serves
 * subscribers that are only a little behind, without reading the log. Owned by the hub's loop.
 *
 * <p>Entries are addressed by their index, a number that grows by one from entry to entry. It has no meaning outside this
 * window, and may be another entry's in a later turn of the loop.
 */
final class Window {

    private final WindowEntry[] ring;
    private final long maxWeight;

    /** The position directly before the oldest entry held: after it nothing is missing. */
    private EventId floor;

    private EventId tip;
    private long first;
    private long next;
    private long weight;

    /**
     * @param capacity entries, a power of two
     * @param maxWeight the most bytes, though the newest entry always stays
     */
    Window(int capacity, long maxWeight, EventId start) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("capacity=" + capacity + " allowed: a power of two");
        }
        this.ring = new WindowEntry[capacity];
        this.maxWeight = maxWeight;
        this.floor = start;
        this.tip = start;
        // Room for the indexes of earlier entries.
        this.first = capacity;
        this.next = capacity;
    }

    int capacity() {
        return ring.length;
    }

    /** The most bytes that it keeps, as {@link WindowEntry#weight()} counts them. */
    long maxWeight() {
        return maxWeight;
    }

    /** The position directly before the oldest entry held, or the start of the window. */
    EventId floor() {
        return floor;
    }

    /** The position of the newest entry, or the start of the window. */
    EventId tip() {
        return tip;
    }

    WindowEntry add(LogEntry entry) {
        if (next - first == ring.length) {
            dropFirst();
        }
        WindowEntry added = new WindowEntry(entry);
        ring[slot(next)] = added;
        next++;
        tip = entry.id();
        weight += added.weight();
        while (weight > maxWeight && next - first > 1) {
            dropFirst();
        }
        return added;
    }

    /**
     * Puts earlier entries before the oldest one held, as many as there is room for.
     *
     * @param earlier in the log's order, with nothing missing between them; not for this window unless its floor is the last
     *     one, as when it has moved on since they were asked for
     * @return how many of the last ones it took
     */
    int extend(List<LogEntry> earlier) {
        int added = 0;
        if (!earlier.isEmpty() && earlier.get(earlier.size() - 1).id().equals(floor)) {
            for (int index = earlier.size() - 1; index > 0 && next - first < ring.length; index--) {
                WindowEntry entry = new WindowEntry(earlier.get(index));
                if (weight + entry.weight() > maxWeight) {
                    break;
                }
                first--;
                ring[slot(first)] = entry;
                weight += entry.weight();
                floor = earlier.get(index - 1).id();
                added++;
            }
        }
        return added;
    }

    /** Whether the window holds everything after this position up to the tip. */
    boolean covers(EventId position) {
        return position.compareTo(floor) >= 0;
    }

    /** The index of the first entry after this position; {@link #end()} if there is none. */
    long indexAfter(EventId position) {
        long low = first;
        long high = next;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (at(middle).id().compareTo(position) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The index after the newest entry. */
    long end() {
        return next;
    }

    WindowEntry at(long index) {
        return ring[slot(index)];
    }

    int size() {
        return (int) (next - first);
    }

    HubCounters.Snapshot.Kept kept() {
        return new HubCounters.Snapshot.Kept(size(), weight);
    }

    /** Drops all entries; the next one follows this position. */
    void clear(EventId start) {
        while (first < next) {
            dropFirst();
        }
        floor = start;
        tip = start;
    }

    @SuppressWarnings("NullAway") // An empty slot of the ring is never read.
    private void dropFirst() {
        WindowEntry oldest = at(first);
        ring[slot(first)] = null;
        first++;
        weight -= oldest.weight();
        floor = oldest.id();
        oldest.release();
    }

    private int slot(long index) {
        return (int) (index & (ring.length - 1));
    }

    /**
     * A log entry with its frame, encoded when the first client needs it and kept until the entry leaves the window.
     */
    static final class WindowEntry {

        private final LogEntry entry;
        private @Nullable Frame frame;

        WindowEntry(LogEntry entry) {
            this.entry = entry;
        }

        LogEntry logEntry() {
            return entry;
        }

        EventId id() {
            return entry.id();
        }

        /** The frame, which this entry keeps owning. Only for entries that clients see. */
        Frame frame() {
            Frame encoded = frame;
            if (encoded == null) {
                encoded = entry instanceof LogEntry.GapEntry hole
                        ? Frame.Encoder.hole(hole)
                        : Frame.Encoder.event((Event) entry);
                frame = encoded;
            }
            return encoded;
        }

        /** The bytes this entry may keep in memory, whether encoded or not. */
        int weight() {
            return entry instanceof Event event ? 2 * event.envelope().data().length() + 256 : 256;
        }

        void release() {
            if (frame != null) {
                frame.release();
                frame = null;
            }
        }
    }
}
