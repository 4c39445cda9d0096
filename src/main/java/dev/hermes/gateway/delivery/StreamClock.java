package dev.hermes.gateway.delivery;

import dev.hermes.gateway.config.StreamSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** Works out the deadlines of a new stream. Owned by the hub's loop. */
final class StreamClock {

    private static final long WARN_BEFORE_MILLIS = 60_000;

    /** Whatever ends after this is not waited for; beyond it milliseconds would overflow in the end. */
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private static final double LIFE_JITTER = 0.1;

    private static final int CHECKS_WAIT_PART = 16;

    private final long heartbeatMillis;
    private final long checkMillis;
    private final long stallMillis;
    private final long lifeMillis;
    private final RandomGenerator random;

    StreamClock(StreamSettings settings, RandomGenerator random) {
        this.heartbeatMillis = settings.heartbeatInterval().toMillis();
        // A revoked stream must end within one heartbeat interval, two ticks and the answer's way included.
        this.checkMillis = heartbeatMillis * 3 / 4 - checksWait(settings);
        this.stallMillis = settings.stallTimeout().toMillis();
        this.lifeMillis = settings.connectionTimeout().toMillis();
        this.random = random;
    }

    /** How long a check that is due may wait for others: a fraction of what is left of the interval. */
    static long checksWait(StreamSettings settings) {
        return settings.heartbeatInterval().toMillis() / CHECKS_WAIT_PART;
    }

    StreamTimes times(Lease lease, long nowMillis, Instant wallNow) {
        // Spread, so that a herd that arrives together does not beat together.
        long first = nowMillis + random.nextLong(heartbeatMillis / 2, heartbeatMillis + 1);
        StreamTimes times = new StreamTimes(
                new StreamTimes.Rhythm(heartbeatMillis, first, checkMillis, stallMillis),
                leaseTimes(lease, nowMillis, wallNow),
                nowMillis);
        if (lifeMillis > 0) {
            double jitter = 1 + LIFE_JITTER * (2 * random.nextDouble() - 1);
            times.endAt(nowMillis + Math.round(lifeMillis * jitter), CloseReason.CONNECTION_TIMEOUT);
        }
        return times;
    }

    private static StreamTimes.LeaseTimes leaseTimes(Lease lease, long nowMillis, Instant wallNow) {
        Instant expires = lease.expiresAt();
        if (expires == null || expires.isAfter(wallNow.plus(FOR_EVER))) {
            return new StreamTimes.LeaseTimes(lease.revocable(), StreamTimes.NEVER, StreamTimes.NEVER);
        }
        long left = Math.max(0, Duration.between(wallNow, expires).toMillis());
        long warnIn = left < 2 * WARN_BEFORE_MILLIS ? left / 2 : left - WARN_BEFORE_MILLIS;
        return new StreamTimes.LeaseTimes(lease.revocable(), nowMillis + warnIn, nowMillis + left);
    }
}
