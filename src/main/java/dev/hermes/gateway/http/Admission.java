package dev.hermes.gateway.http;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * Admits streams and polls, and counts those of the whole process over all hubs. Any thread; used when one opens and
 * ends, never for an event.
 */
public final class Admission {

    private final int limit;
    private final int limitPerAddress;
    private final AtomicInteger admitted = new AtomicInteger();
    private final AtomicInteger streams = new AtomicInteger();
    private volatile Runnable whenEmpty = () -> {};
    private final ReturnTimes returns = new ReturnTimes();
    private final ConcurrentHashMap<String, Integer> byAddress = new ConcurrentHashMap<>();

    /** @param limitPerAddress 0 for no limit */
    public Admission(int limit, int limitPerAddress) {
        this.limit = limit;
        this.limitPerAddress = limitPerAddress;
    }

    /** The admission of one stream or poll; must be released when that ends. */
    public static final class Ticket {

        /** The ticket of a request that needs no admission. */
        public static final Ticket FREE = new Ticket(0, () -> {});

        private final AtomicBoolean open = new AtomicBoolean(true);
        private final int retryMillis;
        private final Runnable giveBack;

        private Ticket(int retryMillis, Runnable giveBack) {
            this.retryMillis = retryMillis;
            this.giveBack = giveBack;
        }

        /**
         * How long a stream's client waits before it reconnects when its connection breaks; 0 if this is not a
         * stream.
         */
        public int retryMillis() {
            return retryMillis;
        }

        /** Gives the admission back; calling it again does nothing. */
        public void release() {
            if (open.compareAndSet(true, false)) {
                giveBack.run();
            }
        }
    }

    /** Admits a stream; null if a limit is reached. */
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

    /** Admits a poll, until its answer is read; null if a limit is reached. */
    public @Nullable Ticket poll(String address) {
        return enter(address) ? new Ticket(0, () -> leave(address)) : null;
    }

    /** The number of streams open now. */
    public int openStreams() {
        return streams.get();
    }

    /** Sets the action to run, on any thread, when the last stream has ended; runs it immediately if none is open. */
    public void onEmpty(Runnable action) {
        whenEmpty = action;
        if (streams.get() == 0) {
            action.run();
        }
    }

    private boolean enter(String address) {
        // The count never exceeds the limit, not even briefly: another client would be rejected although there is
        // room.
        if (admitted.getAndUpdate(count -> count < limit ? count + 1 : count) >= limit) {
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
     * Spreads the reconnects of clients whose streams all break at the same moment, as when this process is killed.
     * Each open stream has its own reconnect delay; no more than 500 of the open streams fall into one second, up to
     * 2,350 streams. Beyond that they share 4.7 seconds evenly, since no page should wait longer. Any thread; used
     * when a stream opens and ends.
     *
     * <p>The shortest and the usual longest delay are below the second after which Hermes' own page opens a new
     * stream without a cursor: the browser's reconnect, which resumes, should come first.
     */
    public static final class ReturnTimes {

        private static final int EARLIEST_MILLIS = 300;
        private static final int SLOT_MILLIS = 100;
        private static final int STREAMS_IN_A_SLOT = 50;
        private static final int FEWEST_SLOTS = 6;
        private static final int MOST_SLOTS = 47;

        private final AtomicIntegerArray streams = new AtomicIntegerArray(MOST_SLOTS);

        /** The reconnect delay of one stream, and its slot. */
        public record Turn(int slot, int millis) {}

        /**
         * Takes a delay from the slot with the fewest streams; two threads may take the same slot at the same time.
         *
         * @param open the number of open streams, including this one
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
