package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import org.jspecify.annotations.Nullable;

/**
 * The last entries that passed this hub, as references into the log's, with their frames. A ring, bounded by count and by
 * bytes; whoever is behind by less than it holds is served without asking the log. Owned by the hub's loop.
 *
 * <p>Entries are addressed by their place, a number that grows by one with each entry and is never reused; it says
 * nothing outside this window.
 */
final class Window {

    private final WindowEntry[] ring;
    private final long maxWeight;

    /** The position right before the first entry held: nothing after it is missing. */
    private EventId floor;

    private EventId tip;
    private long first;
    private long next;
    private long weight;

    /**
     * @param capacity entries, a power of two
     * @param maxWeight bytes, though the newest entry always stays
     */
    Window(int capacity, long maxWeight, EventId start) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("capacity=" + capacity + " allowed: a power of two");
        }
        this.ring = new WindowEntry[capacity];
        this.maxWeight = maxWeight;
        this.floor = start;
        this.tip = start;
    }

    /** The position of the newest entry, or where the window began. */
    EventId tip() {
        return tip;
    }

    WindowEntry add(LogEntry entry) {
        if (next - first == ring.length) {
            dropFirst();
        }
        WindowEntry slot = new WindowEntry(entry);
        ring[index(next)] = slot;
        next++;
        tip = entry.id();
        weight += slot.weight();
        while (weight > maxWeight && next - first > 1) {
            dropFirst();
        }
        return slot;
    }

    /** Whether everything after that position, up to the tip, is here. */
    boolean covers(EventId position) {
        return position.compareTo(floor) >= 0;
    }

    /** The place of the first entry after that position; {@link #end()} when there is none. */
    long placeAfter(EventId position) {
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

    /** The place after the newest entry. */
    long end() {
        return next;
    }

    WindowEntry at(long place) {
        return ring[index(place)];
    }

    int size() {
        return (int) (next - first);
    }

    /** Forgets everything; what follows begins at that position. */
    void clear(EventId start) {
        while (first < next) {
            dropFirst();
        }
        floor = start;
        tip = start;
    }

    @SuppressWarnings("NullAway") // An empty place of the ring is never read.
    private void dropFirst() {
        WindowEntry oldest = at(first);
        ring[index(first)] = null;
        first++;
        weight -= oldest.weight();
        floor = oldest.id();
        oldest.release();
    }

    private int index(long place) {
        return (int) (place & (ring.length - 1));
    }

    /** A log entry with its frame, encoded when the first client asks for it and kept until the slot is given up. */
    static final class WindowEntry {

        private final LogEntry entry;
        private @Nullable Frame frame;

        WindowEntry(LogEntry entry) {
            this.entry = entry;
        }

        LogEntry entry() {
            return entry;
        }

        EventId id() {
            return entry.id();
        }

        /** The frame; the slot keeps it. Only for entries that clients see. */
        Frame frame() {
            Frame encoded = frame;
            if (encoded == null) {
                encoded = entry instanceof LogEntry.GapEntry hole
                        ? FrameEncoder.hole(hole)
                        : FrameEncoder.event((Event) entry);
                frame = encoded;
            }
            return encoded;
        }

        /** Bytes this slot may hold on to, encoded or not. */
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
