package dev.hermes.gateway.wire;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Lets one log line of a kind through in a while, and counts the others: whatever an outsider can cause as often as he
 * likes must not fill the log. Any thread.
 */
final class LineLimit {

    /** What {@link #pass()} says when nothing is to be logged. */
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

    /** {@link #SILENT}, or how many lines were left out since the last one. */
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
