package dev.hermes.gateway.http;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * Counts the streams and polls of the whole process, over all hubs. Any thread; touched when one opens and ends,
 * never for an event.
 */
public final class Admission {

    private final int limit;
    private final int limitPerAddress;
    private final AtomicInteger admitted = new AtomicInteger();
    private final AtomicInteger streams = new AtomicInteger();
    private volatile Runnable whenEmpty = () -> {};
    private final ReturnTimes returns = new ReturnTimes();
    private final ConcurrentHashMap<String, Integer> byAddress = new ConcurrentHashMap<>();

    /**
     * @param limitPerAddress 0 for none
     */
    public Admission(int limit, int limitPerAddress) {
        this.limit = limit;
        this.limitPerAddress = limitPerAddress;
    }

    /** One place taken; give it back once it is no longer needed. */
    public static final class Ticket {

        /** For what needs no place. */
        public static final Ticket FREE = new Ticket(0, () -> {});

        private final AtomicBoolean held = new AtomicBoolean(true);
        private final int retryMillis;
        private final Runnable giveBack;

        private Ticket(int retryMillis, Runnable giveBack) {
            this.retryMillis = retryMillis;
            this.giveBack = giveBack;
        }

        /** How long the client of a stream waits before it comes back when its connection breaks; 0 for what is no stream. */
        public int retryMillis() {
            return retryMillis;
        }

        /** Gives the place back; more than once does no harm. */
        public void release() {
            if (held.compareAndSet(true, false)) {
                giveBack.run();
            }
        }
    }

    /** A place for a stream, or null when there is none. */
    public @Nullable Ticket stream(String address) {
        if (!enter(address)) {
            return null;
        }
        ReturnTimes.Turn turn = returns.take(streams.incrementAndGet());
        return new Ticket(turn.millis(), () -> {
            if (streams.decrementAndGet() == 0) {
                whenEmpty.run();
            }
            returns.giveBack(turn);
            leave(address);
        });
    }

    /** A place for a poll, until its answer is read; or null when there is none. */
    public @Nullable Ticket poll(String address) {
        return enter(address) ? new Ticket(0, () -> leave(address)) : null;
    }

    /** Streams now open. */
    public int openStreams() {
        return streams.get();
    }

    /** From now on tells on any thread that the last stream has ended; at once if none is open. */
    public void onEmpty(Runnable told) {
        whenEmpty = told;
        if (streams.get() == 0) {
            told.run();
        }
    }

    private boolean enter(String address) {
        // Never over the limit, not even for a moment: somebody else would be turned away from a free place.
        if (admitted.getAndUpdate(held -> held < limit ? held + 1 : held) >= limit) {
            return false;
        }
        if (limitPerAddress > 0 && byAddress.merge(address, 1, Integer::sum) > limitPerAddress) {
            leave(address);
            return false;
        }
        return true;
    }

    private void leave(String address) {
        admitted.decrementAndGet();
        if (limitPerAddress > 0) {
            byAddress.computeIfPresent(address, (same, count) -> count > 1 ? count - 1 : null);
        }
    }

    /**
     * Spreads over time the return of clients whose streams all break in the same moment, as when this process is killed: each
     * open stream has a time of its own until its client comes back, and of all that are open no more than 500 fall into one
     * second, up to 2,350 streams; beyond that they share 4.7 seconds evenly, since no page shall wait longer. Any thread;
     * touched when a stream opens and ends.
     *
     * <p>The earliest and the usual latest time lie below the second after which Hermes' own page opens a new stream without a
     * cursor: the browser's reconnect, which resumes, is to come first.
     */
    public static final class ReturnTimes {

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
            int slots =
                    Math.max(FEWEST_SLOTS, Math.min(MOST_SLOTS, (open + STREAMS_IN_A_SLOT - 1) / STREAMS_IN_A_SLOT));
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
}
