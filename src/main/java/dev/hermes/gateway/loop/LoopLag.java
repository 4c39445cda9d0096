package dev.hermes.gateway.loop;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How late an event loop runs a periodic timer: what each socket, timer and task of the loop has to wait. The greatest
 * delay counts for half a minute to a minute, so that every scraper sees it. Owned by one event loop.
 */
public final class LoopLag {

    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final LongSupplier nanoTime;
    private final long periodNanos;
    private long due;
    private long windowBegan;
    private long greatest;
    private long greatestBefore;

    /**
     * @param period of the timer that calls {@link #tick}
     * @param nanoTime a monotonic clock in nanoseconds
     */
    public LoopLag(Duration period, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.periodNanos = period.toNanos();
        this.windowBegan = nanoTime.getAsLong();
        this.due = windowBegan + periodNanos;
    }

    /** The timer has run. */
    public void tick() {
        long now = nanoTime.getAsLong();
        if (now - windowBegan >= WINDOW_NANOS) {
            greatestBefore = greatest;
            greatest = 0;
            windowBegan = now;
        }
        greatest = Math.max(greatest, now - due);
        // After a delay the timer makes up for the missed times at once; those are early, not late.
        due = now + periodNanos;
    }

    /** The greatest delay of late, in seconds. */
    public double seconds() {
        return Math.max(greatest, greatestBefore) / 1e9;
    }
}
