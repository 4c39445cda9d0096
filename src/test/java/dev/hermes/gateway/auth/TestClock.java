package dev.hermes.gateway.auth;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Stands until moved. */
final class TestClock implements InstantSource {

    static final Instant START = Instant.parse("2026-11-23T09:13:33.525090Z");

    private volatile Instant now;

    TestClock(Instant now) {
        this.now = now;
    }

    @Override
    public Instant instant() {
        return now;
    }

    /** As a monotonic clock. */
    long nanos() {
        return Duration.between(START, now).toNanos();
    }

    void advance(Duration by) {
        now = now.plus(by);
    }
}
