package dev.hermes.gateway.wire;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Lets one log line of a kind through per period, and counts the others, so that a client cannot fill the log with a
 * line it can cause at will. Any thread.
 */
final class LineLimit {

    /** The value of {@link #pass()} when nothing is to be logged. */
    static final long SILENT = -1;

    private final long everyMillis;
    private final LongSupplier monotonicMillis;
    private final AtomicLong nextAt = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong leftOut = new AtomicLong();

    LineLimit(long everyMillis) {
        this(everyMillis, () -> System.nanoTime() / 1_000_000);
    }

    LineLimit(long everyMillis, LongSupplier monotonicMillis) {
        this.everyMillis = everyMillis;
        this.monotonicMillis = monotonicMillis;
    }

    /** {@link #SILENT}, or the number of lines left out since the last one. */
    long pass() {
        long now = monotonicMillis.getAsLong();
        long due = nextAt.get();
        if (now >= due && nextAt.compareAndSet(due, now + everyMillis)) {
            return leftOut.getAndSet(0);
        }
        leftOut.incrementAndGet();
        return SILENT;
    }
}
