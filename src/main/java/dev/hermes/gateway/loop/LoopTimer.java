package dev.hermes.gateway.loop;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * A periodic timer of one event loop that runs often while somebody waits for time to pass, and once a second while
 * nobody does: each run wakes a processor that could sleep. Tells also how late it runs. Owned by the event loop on which
 * it is created.
 */
public final class LoopTimer {

    /** A loop that is held up with nobody to notice is still noticed within a second. */
    private static final Duration SELDOM = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final Duration often;
    private final BooleanSupplier awaited;
    private final Runnable task;
    private final LoopLag lag;
    private long timer;
    private boolean seldom;
    private boolean closed;

    /**
     * Begins to run, often.
     *
     * @param awaited whether somebody waits
     */
    public LoopTimer(Vertx vertx, Duration often, BooleanSupplier awaited, Runnable task) {
        this.vertx = vertx;
        this.often = often;
        this.awaited = awaited;
        this.task = task;
        this.lag = new LoopLag(often, System::nanoTime);
        this.timer = vertx.setPeriodic(often.toMillis(), tick -> run());
    }

    /** Somebody may wait from now on. */
    public void hurry() {
        if (seldom && !closed) {
            change(false);
        }
    }

    /** How late it runs; what is returned may be read by any thread. */
    public LoopLag lag() {
        return lag;
    }

    /** Runs no more. */
    public void close() {
        closed = true;
        vertx.cancelTimer(timer);
    }

    private void run() {
        lag.tick();
        task.run();
        if (seldom == awaited.getAsBoolean() && !closed) {
            change(!seldom);
        }
    }

    private void change(boolean toSeldom) {
        seldom = toSeldom;
        vertx.cancelTimer(timer);
        Duration period = toSeldom ? SELDOM : often;
        lag.period(period);
        timer = vertx.setPeriodic(period.toMillis(), tick -> run());
    }
}
