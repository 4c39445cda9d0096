package dev.hermes.gateway.delivery;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A hashed timing wheel: each entry is in the slot of its next deadline, and one tick of the hub moves the wheel for
 * all entries. Time is an argument and must not go back. Owned by the hub's loop.
 *
 * <p>After Varghese and Lauck, Hashed and Hierarchical Timing Wheels (1987), scheme 6.
 */
final class Wheel {

    /** An object that can be put on a wheel: on one wheel at most, with one deadline at most. */
    abstract static class Entry {
        private long deadlineMillis;
        private @Nullable Entry previous;
        private @Nullable Entry following;
    }

    private final long tickMillis;
    private final Entry[] slots;

    /** Entries whose deadline has come and that were not passed to the action yet. */
    private final Entry due = emptyList();

    private long currentTick;
    private int size;

    /**
     * @param slots a power of two
     */
    Wheel(long tickMillis, int slots, long nowMillis) {
        this.tickMillis = tickMillis;
        this.slots = new Entry[slots];
        for (int index = 0; index < slots; index++) {
            this.slots[index] = emptyList();
        }
        this.currentTick = Math.floorDiv(nowMillis, tickMillis);
    }

    /** The head of an empty circular list. */
    private static Entry emptyList() {
        Entry head = new Entry() {};
        head.previous = head;
        head.following = head;
        return head;
    }

    /**
     * Puts the entry at this deadline, replacing an earlier one; it comes due with the first or the second tick after
     * it.
     */
    void schedule(Entry entry, long deadlineMillis) {
        cancel(entry);
        entry.deadlineMillis = deadlineMillis;
        append(slots[slotOf(Math.max(tickOf(deadlineMillis), currentTick + 1))], entry);
    }

    boolean isEmpty() {
        return size == 0;
    }

    private void append(Entry head, Entry entry) {
        size++;
        Entry last = head.previous;
        entry.previous = last;
        entry.following = head;
        if (last != null) {
            last.following = entry;
        }
        head.previous = entry;
    }

    /** Removes the entry; does nothing if it is not on the wheel. */
    void cancel(Entry entry) {
        unlink(entry);
    }

    private void unlink(Entry entry) {
        if (entry.previous != null && entry.following != null) {
            size--;
            entry.previous.following = entry.following;
            entry.following.previous = entry.previous;
            entry.previous = null;
            entry.following = null;
        }
    }

    /**
     * Removes every entry whose deadline has come and passes it to the action, one after the other. The action may
     * schedule an entry again; an entry that an earlier action cancels or reschedules is not passed.
     */
    void advance(long nowMillis, Consumer<Entry> action) {
        long target = Math.floorDiv(nowMillis, tickMillis);
        // After a long pause one round is enough, since it passes every slot.
        for (long tick = Math.max(currentTick + 1, target - slots.length + 1); tick <= target; tick++) {
            moveDue(slots[slotOf(tick)], nowMillis);
        }
        currentTick = Math.max(currentTick, target);
        // The actions run only after all due entries were collected, since they may cancel or schedule entries; and
        // from a list on the wheel, so that cancelling works for collected entries too.
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

    /** The tick of a deadline, rounded up, so that no entry is due early. */
    private long tickOf(long deadlineMillis) {
        return -Math.floorDiv(-deadlineMillis, tickMillis);
    }

    private int slotOf(long tick) {
        return (int) (tick & (slots.length - 1));
    }
}
