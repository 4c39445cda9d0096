package dev.hermes.gateway.loop;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How late an event loop runs a periodic timer: what each socket, timer and task of the loop has to wait. One event
 * loop ticks it, any thread may read.
 */
public final class LoopLag {

    /** So that every scraper sees the greatest. */
    private static final long SHOWN_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanoTime;
    private final Greatest shown;
    private final Greatest recent;
    private volatile long due;

    /** Used by the ticking loop only. */
    private long periodNanos;

    /**
     * Create it when the timer is set.
     *
     * @param period of the timer that calls {@link #tick}
     * @param nanoTime a monotonic clock in nanoseconds
     */
    public LoopLag(Duration period, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.periodNanos = period.toNanos();
        long now = nanoTime.getAsLong();
        this.shown = new Greatest(SHOWN_NANOS, now);
        this.recent = new Greatest(RECENT_NANOS, now);
        this.due = now + periodNanos;
    }

    /** The timer has run. */
    public void tick() {
        long now = nanoTime.getAsLong();
        long late = now - due;
        shown.add(late, now);
        recent.add(late, now);
        // After a delay the timer makes up for the missed times at once; those are early, not late.
        due = now + periodNanos;
    }

    /** The timer was replaced just now by one with this period. On the loop that ticks. */
    void period(Duration period) {
        periodNanos = period.toNanos();
        due = nanoTime.getAsLong() + periodNanos;
    }

    /** The greatest delay within the last half to whole minute, in seconds. */
    public double seconds() {
        return shown.value() / 1e9;
    }

    /** The greatest delay within the last one to two seconds, or how late the timer is by now if that is more. */
    public Duration recent() {
        return Duration.ofNanos(Math.max(recent.value(), nanoTime.getAsLong() - due));
    }

    /** The greatest of the values added of late, for one to two windows. Written by one thread. */
    private static final class Greatest {

        private final long windowNanos;
        private long windowBegan;
        private volatile long greatest;
        private volatile long greatestBefore;

        Greatest(long windowNanos, long now) {
            this.windowNanos = windowNanos;
            this.windowBegan = now;
        }

        void add(long value, long now) {
            if (now - windowBegan >= windowNanos) {
                greatestBefore = greatest;
                greatest = 0;
                windowBegan = now;
            }
            greatest = Math.max(greatest, value);
        }

        long value() {
            return Math.max(greatest, greatestBefore);
        }
    }
}
