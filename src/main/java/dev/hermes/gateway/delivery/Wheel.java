package dev.hermes.gateway.delivery;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A hashed timing wheel: each entry sits in the slot of its one next deadline, and one tick of the hub moves the wheel for
 * all of them. Time comes in as an argument and must not go back. Owned by the hub's loop.
 *
 * <p>After Varghese and Lauck, Hashed and Hierarchical Timing Wheels (1987), scheme 6.
 */
final class Wheel {

    /** What can be put on a wheel; at most one wheel, at most one deadline. */
    abstract static class Entry {
        private long deadlineMillis;
        private @Nullable Entry previous;
        private @Nullable Entry following;
    }

    private final long tickMillis;
    private final Entry[] slots;

    /** Those whose deadline has come and who were not handed over yet. */
    private final Entry due = emptyList();

    private long turnedTo;

    /**
     * @param slots a power of two
     */
    Wheel(long tickMillis, int slots, long nowMillis) {
        this.tickMillis = tickMillis;
        this.slots = new Entry[slots];
        for (int index = 0; index < slots; index++) {
            this.slots[index] = emptyList();
        }
        this.turnedTo = Math.floorDiv(nowMillis, tickMillis);
    }

    /** A ring of entries of which only the head is there. */
    private static Entry emptyList() {
        Entry head = new Entry() {};
        head.previous = head;
        head.following = head;
        return head;
    }

    /** Puts the entry at that deadline, away from an earlier one; it comes due with the first or the second tick after it. */
    void schedule(Entry entry, long deadlineMillis) {
        cancel(entry);
        entry.deadlineMillis = deadlineMillis;
        append(slots[slotOf(Math.max(tickOf(deadlineMillis), turnedTo + 1))], entry);
    }

    private static void append(Entry head, Entry entry) {
        Entry last = head.previous;
        entry.previous = last;
        entry.following = head;
        if (last != null) {
            last.following = entry;
        }
        head.previous = entry;
    }

    /** Takes the entry off; harmless when it is not on. */
    void cancel(Entry entry) {
        unlink(entry);
    }

    private static void unlink(Entry entry) {
        if (entry.previous != null && entry.following != null) {
            entry.previous.following = entry.following;
            entry.following.previous = entry.previous;
            entry.previous = null;
            entry.following = null;
        }
    }

    /**
     * Takes off every entry whose deadline has come and hands it over, one after the other; it may be scheduled again at
     * once, and one that an earlier one cancels or schedules anew is not handed over.
     */
    void advance(long nowMillis, Consumer<Entry> action) {
        long target = Math.floorDiv(nowMillis, tickMillis);
        // After a long pause one round is enough: it passes every slot.
        for (long tick = Math.max(turnedTo + 1, target - slots.length + 1); tick <= target; tick++) {
            moveDue(slots[slotOf(tick)], nowMillis);
        }
        turnedTo = Math.max(turnedTo, target);
        // Handed over only now, since whoever is due may cancel or schedule others, and from a list of the wheel's own,
        // since cancelling must reach those too.
        Entry next = due.following;
        while (next != null && next != due) {
            unlink(next);
            action.accept(next);
            next = due.following;
        }
    }

    private void moveDue(Entry head, long nowMillis) {
        Entry entry = head.following;
        while (entry != null && entry != head) {
            Entry next = entry.following;
            if (entry.deadlineMillis <= nowMillis) {
                unlink(entry);
                append(due, entry);
            }
            entry = next;
        }
    }

    /** Deadlines round up: never early. */
    private long tickOf(long deadlineMillis) {
        return -Math.floorDiv(-deadlineMillis, tickMillis);
    }

    private int slotOf(long tick) {
        return (int) (tick & (slots.length - 1));
    }
}
