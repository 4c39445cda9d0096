package dev.hermes.gateway.chain;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;

/** The time as a {@link MarkerChain} sees it: two clocks, and timers on its event loop. */
public interface ChainTime {

    /** The wall clock, for the times in holes. */
    Instant now();

    /** A clock that never goes back, for measuring deadlines, in milliseconds. */
    long monotonicMillis();

    /**
     * Runs the task on the loop after {@code millis} milliseconds.
     *
     * @return an action that cancels the task
     */
    Runnable after(long millis, Runnable task);

    /** Runs the task on the loop, after the tasks already queued there. */
    void later(Runnable task);

    /** The given wall clock, the machine's monotonic clock, and the event loop on which this is called. */
    static ChainTime current(Vertx vertx, InstantSource clock) {
        Context loop = vertx.getOrCreateContext();
        return new ChainTime() {

            @Override
            public Instant now() {
                return clock.instant();
            }

            @Override
            public long monotonicMillis() {
                return System.nanoTime() / 1_000_000;
            }

            @Override
            public Runnable after(long millis, Runnable task) {
                long timer = vertx.setTimer(Math.max(1, millis), fired -> task.run());
                return () -> vertx.cancelTimer(timer);
            }

            @Override
            public void later(Runnable task) {
                loop.runOnContext(go -> task.run());
            }
        };
    }
}
