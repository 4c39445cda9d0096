package dev.hermes.gateway.bench;

import java.util.concurrent.TimeUnit;

/** Epoch nanoseconds that never go back: the publisher writes them into events, the listener compares with them. */
final class BenchClock {

    private static final long OFFSET = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) - System.nanoTime();

    private BenchClock() {}

    static long now() {
        return OFFSET + System.nanoTime();
    }
}
