package dev.hermes.gateway.http;

import dev.hermes.gateway.auth.Credential;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.delivery.NewStream;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Admits streams and polls, and counts those of the whole process over all hubs. Any thread; used when one opens and
 * ends, never for an event.
 */
public final class Admission {

    private final int limit;
    private final Share perAddress;
    private final Share perUser;
    private final Share perToken;
    private final AtomicInteger admitted = new AtomicInteger();
    private final AtomicInteger streams = new AtomicInteger();
    private volatile Runnable whenEmpty = () -> {};
    private final ReturnTimes returns = new ReturnTimes();

    /** @param limit of all clients together */
    public Admission(int limit, Settings.Streams.Shares shares) {
        this.limit = limit;
        this.perAddress = new Share(shares.perAddress());
        this.perUser = new Share(shares.perUser());
        this.perToken = new Share(shares.perToken());
    }

    /**
     * Who asks to be admitted.
     *
     * @param user to whom the credential belongs, or null
     * @param token the text of the SSE token, or null for another kind of credential
     */
    public record Claimant(
            String address, @Nullable String user, @Nullable String token) {

        /** Somebody of whom only the address is known. */
        public static Claimant at(String address) {
            return new Claimant(address, null, null);
        }

        static Claimant of(String address, Credential credential) {
            String token =
                    credential instanceof Credential.SseToken sse ? sse.token().reveal() : null;
            return new Claimant(address, credential.userId(), token);
        }

        /** Without the token. */
        @Override
        public String toString() {
            return "Claimant[" + address + " " + user + "]";
        }
    }

    /** How many places clients with the same key have taken; the key is an address, a user or a token. */
    private static final class Share {

        private final int most;
        private final ConcurrentHashMap<String, Integer> taken = new ConcurrentHashMap<>();

        /** @param most 0 for no limit */
        Share(int most) {
            this.most = most;
        }

        boolean take(@Nullable String key) {
            if (most == 0 || key == null || taken.merge(key, 1, Integer::sum) <= most) {
                return true;
            }
            giveBack(key);
            return false;
        }

        void giveBack(@Nullable String key) {
            if (most > 0 && key != null) {
                taken.computeIfPresent(key, (same, count) -> count > 1 ? count - 1 : null);
            }
        }
    }

    /** The admission of one stream or poll; must be released when that ends. */
    public static final class Ticket implements NewStream.End {

        private static final int NO_SLOT = -1;

        /** The ticket of a request that needs no admission. */
        public static final Ticket FREE = new Ticket(null, NO_SLOT, 0, Claimant.at(""));

        private static final AtomicIntegerFieldUpdater<Ticket> RELEASED =
                AtomicIntegerFieldUpdater.newUpdater(Ticket.class, "released");

        private final @Nullable Admission from;

        /** Of the times at which streams would return; {@link #NO_SLOT} for a poll. */
        private final int slot;

        private final int retryMillis;

        // What the claimant was, without an object for it: there would be one for each open stream.
        private final String address;
        private final @Nullable String user;
        private final @Nullable String token;

        /** An object of its own for this, and another for what to do then, would be for each open stream. */
        @SuppressWarnings("UnusedVariable") // Written by the updater.
        private volatile int released;

        private Ticket(@Nullable Admission from, int slot, int retryMillis, Claimant claimant) {
            this.from = from;
            this.slot = slot;
            this.retryMillis = retryMillis;
            this.address = claimant.address();
            this.user = claimant.user();
            this.token = claimant.token();
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
            if (from != null && RELEASED.compareAndSet(this, 0, 1)) {
                from.release(this);
            }
        }

        /** Gives the admission back, however the stream ended. */
        @Override
        public void ended(boolean broke) {
            release();
        }
    }

    /** Admits a stream; null if a limit is reached. */
    public @Nullable Ticket stream(Claimant claimant) {
        if (!enter(claimant)) {
            return null;
        }
        int slot = returns.take(streams.incrementAndGet());
        return new Ticket(this, slot, ReturnTimes.anyMillisOf(slot), claimant);
    }

    private void release(Ticket ticket) {
        if (ticket.slot != Ticket.NO_SLOT) {
            if (streams.decrementAndGet() == 0) {
                whenEmpty.run();
            }
            returns.giveBack(ticket.slot);
        }
        admitted.decrementAndGet();
        perAddress.giveBack(ticket.address);
        perUser.giveBack(ticket.user);
        perToken.giveBack(ticket.token);
    }

    /** Admits a poll, until its answer is read; null if a limit is reached. */
    public @Nullable Ticket poll(Claimant claimant) {
        return enter(claimant) ? new Ticket(this, Ticket.NO_SLOT, 0, claimant) : null;
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

    private boolean enter(Claimant claimant) {
        // The count never exceeds the limit, not even briefly: another client would be rejected although there is
        // room.
        if (admitted.getAndUpdate(count -> count < limit ? count + 1 : count) >= limit) {
            return false;
        }
        if (perAddress.take(claimant.address())) {
            if (perUser.take(claimant.user())) {
                if (perToken.take(claimant.token())) {
                    return true;
                }
                perUser.giveBack(claimant.user());
            }
            perAddress.giveBack(claimant.address());
        }
        admitted.decrementAndGet();
        return false;
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

        /**
         * Takes a place in the slot with the fewest streams, and returns the slot; two threads may take the same one at the
         * same time.
         *
         * @param open the number of open streams, including this one
         */
        public int take(int open) {
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
            return emptiest;
        }

        /** A reconnect delay of this slot. */
        static int anyMillisOf(int slot) {
            return EARLIEST_MILLIS
                    + slot * SLOT_MILLIS
                    + ThreadLocalRandom.current().nextInt(SLOT_MILLIS);
        }

        public void giveBack(int slot) {
            streams.decrementAndGet(slot);
        }
    }
}
