package dev.hermes.gateway.http;

import dev.hermes.gateway.delivery.ReturnTimes;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
}
