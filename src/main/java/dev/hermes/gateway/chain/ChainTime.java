package dev.hermes.gateway.chain;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;

/** The time of a {@link MarkerChain}: its clocks and its event loop. */
public interface ChainTime {

    /** The wall clock: what holes tell. */
    Instant now();

    /** A clock that never goes back: deadlines are measured by it. */
    long monotonicMillis();

    /**
     * Runs the task on the loop, so many milliseconds from now.
     *
     * @return cancels it
     */
    Runnable after(long millis, Runnable task);

    /** Runs the task on the loop when what is queued there has had its turn. */
    void later(Runnable task);

    /** That wall clock, the machine's monotonic one, and the event loop it is called on. */
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
