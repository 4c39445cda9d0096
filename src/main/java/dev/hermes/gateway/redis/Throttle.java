package dev.hermes.gateway.redis;

/** Lets the first through and then one per interval. Nanoseconds of one monotonic clock, passed in. */
final class Throttle {

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
