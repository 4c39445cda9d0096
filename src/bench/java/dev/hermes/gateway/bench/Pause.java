package dev.hermes.gateway.bench;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits where time itself is what is measured, or what a server needs that tells nothing of being done. */
final class Pause {

    private Pause() {}

    /** Ends what the time allowed for the whole run does not cover any more. */
    static void goOn() {
        if (Thread.currentThread().isInterrupted()) {
            throw new IllegalStateException("interrupted");
        }
    }

    static void of(Duration length) {
        long end = System.nanoTime() + length.toNanos();
        for (long left = length.toNanos(); left > 0; left = end - System.nanoTime()) {
            goOn();
            LockSupport.parkNanos(left);
        }
    }
}
