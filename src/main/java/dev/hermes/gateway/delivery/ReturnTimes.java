package dev.hermes.gateway.delivery;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Spreads over time the return of clients whose streams all break in the same moment, as when this process is killed: each
 * open stream has a time of its own until its client comes back, and of all that are open no more than 500 fall into one
 * second, up to 2,350 streams; beyond that they share 4.7 seconds evenly, since no page shall wait longer. Any thread;
 * touched when a stream opens and ends.
 *
 * <p>The earliest and the usual latest time lie below the second after which Hermes' own page opens a new stream without a
 * cursor: the browser's reconnect, which resumes, is to come first.
 */
public final class ReturnTimes {

    private static final int EARLIEST_MILLIS = 300;
    private static final int SLOT_MILLIS = 100;
    private static final int STREAMS_IN_A_SLOT = 50;
    private static final int FEWEST_SLOTS = 6;
    private static final int MOST_SLOTS = 47;

    private final AtomicIntegerArray streams = new AtomicIntegerArray(MOST_SLOTS);

    /** One stream's time. */
    public record Turn(int slot, int millis) {}

    /**
     * Takes the turn that the fewest have; two threads at once may take the same.
     *
     * @param open streams now open, with this one
     */
    public Turn take(int open) {
        int slots = Math.max(FEWEST_SLOTS, Math.min(MOST_SLOTS, (open + STREAMS_IN_A_SLOT - 1) / STREAMS_IN_A_SLOT));
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int first = random.nextInt(slots);
        int emptiest = first;
        for (int step = 1; step < slots; step++) {
            int slot = (first + step) % slots;
            if (streams.get(slot) < streams.get(emptiest)) {
                emptiest = slot;
            }
        }
        streams.incrementAndGet(emptiest);
        return new Turn(emptiest, EARLIEST_MILLIS + emptiest * SLOT_MILLIS + random.nextInt(SLOT_MILLIS));
    }

    public void giveBack(Turn turn) {
        streams.decrementAndGet(turn.slot());
    }
}
