package dev.hermes.gateway.chaos;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The run's end, and the time until then. Any thread. */
final class Lapse {

    private final CountDownLatch end = new CountDownLatch(1);

    void end() {
        end.countDown();
    }

    boolean ended() {
        return end.getCount() == 0;
    }

    /** Lets so much time pass, or less if the run ends. */
    void pass(Duration time) {
        try {
            end.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }
}
