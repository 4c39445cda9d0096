package dev.hermes.gateway.redis;

import java.util.random.RandomGenerator;

/**
 * Computes the wait before the next attempt: a random time between 1 ms and a ceiling that doubles from 100 ms to 1 s
 * (full jitter, so that gateways which lost Redis together do not return together).
 */
final class Backoff {

    private static final long FIRST_CEILING_MILLIS = 100;
    private static final long LAST_CEILING_MILLIS = 1_000;

    private final RandomGenerator random;
    private long ceilingMillis = FIRST_CEILING_MILLIS;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    long nextMillis() {
        long delay = random.nextLong(1, ceilingMillis + 1);
        ceilingMillis = Math.min(LAST_CEILING_MILLIS, ceilingMillis * 2);
        return delay;
    }

    void reset() {
        ceilingMillis = FIRST_CEILING_MILLIS;
    }

    /** Permits the first call and then one per interval. Times are nanoseconds of one monotonic clock, passed in. */
    static final class Throttle {

        private final long intervalNanos;
        private boolean used;
        private long lastAt;

        Throttle(long intervalNanos) {
            this.intervalNanos = intervalNanos;
        }

        boolean permits(long now) {
            if (used && now - lastAt < intervalNanos) {
                return false;
            }
            used = true;
            lastAt = now;
            return true;
        }
    }
}
