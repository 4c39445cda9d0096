package dev.hermes.gateway.delivery;

import dev.hermes.gateway.config.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one stream, in the hub's monotonic milliseconds; the wheel holds the earliest. Owned by the hub's
 * loop.
 */
final class StreamDeadlines {

    static final long NEVER = Long.MAX_VALUE;

    private final Rhythm rhythm;
    private final long permitEnds;
    private long heartbeatAt;
    private long checkAt;
    private long warnAt;
    private long endAt = NEVER;
    private SseStream.@Nullable CloseReason endReason;
    private long progress = ByteSink.NOTHING_PENDING;
    private long progressAt;

    /**
     * @param rhythm the intervals
     * @param firstHeartbeat when the first heartbeat is due
     * @param permit when the permit warns and ends
     */
    StreamDeadlines(Rhythm rhythm, long firstHeartbeat, PermitTimes permit, long nowMillis) {
        this.rhythm = rhythm;
        this.heartbeatAt = firstHeartbeat;
        this.checkAt = permit.revocable() ? Math.min(firstHeartbeat, nowMillis + rhythm.checkEvery()) : NEVER;
        this.warnAt = permit.warnAt();
        this.permitEnds = permit.endsAt();
        this.progressAt = nowMillis;
    }

    /** The intervals of all streams of a hub. */
    record Rhythm(long heartbeatEvery, long checkEvery, long stallAfter) {}

    record PermitTimes(boolean revocable, long warnAt, long endsAt) {}

    /** Ends the stream at this time, unless it ends earlier. */
    void endAt(long millis, SseStream.CloseReason reason) {
        if (millis < endAt) {
            endAt = millis;
            endReason = reason;
        }
    }

    /** Notes how much the client has received. */
    void observe(long nowAt, long nowMillis) {
        if (nowAt == ByteSink.NOTHING_PENDING || nowAt != progress) {
            progress = nowAt;
            progressAt = nowMillis;
        }
    }

    /** The reason for which the stream ends now, or null. */
    SseStream.@Nullable CloseReason end(long nowMillis) {
        if (nowMillis >= permitEnds) {
            return SseStream.CloseReason.TOKEN_EXPIRED;
        }
        if (nowMillis >= endAt) {
            return endReason;
        }
        return stalled() && nowMillis >= progressAt + rhythm.stallAfter() ? SseStream.CloseReason.SLOW_CONSUMER : null;
    }

    boolean takeHeartbeat(long nowMillis) {
        if (nowMillis < heartbeatAt) {
            return false;
        }
        // Heartbeats missed while the machine was suspended are not made up for.
        long next = heartbeatAt + rhythm.heartbeatEvery();
        heartbeatAt = next > nowMillis ? next : nowMillis + rhythm.heartbeatEvery();
        return true;
    }

    boolean takeWarning(long nowMillis) {
        if (nowMillis < warnAt) {
            return false;
        }
        warnAt = NEVER;
        return true;
    }

    boolean takeCheck(long nowMillis) {
        if (nowMillis < checkAt) {
            return false;
        }
        checkAt = nowMillis + rhythm.checkEvery();
        return true;
    }

    long next() {
        long next = Math.min(Math.min(heartbeatAt, checkAt), Math.min(Math.min(warnAt, permitEnds), endAt));
        return stalled() ? Math.min(next, progressAt + rhythm.stallAfter()) : next;
    }

    private boolean stalled() {
        return progress != ByteSink.NOTHING_PENDING;
    }

    /** Computes the deadlines of a new stream. Owned by the hub's loop. */
    static final class DeadlineFactory {

        private static final long WARN_BEFORE_MILLIS = 60_000;

        /** Anything that ends later counts as never ending; far larger values would overflow in milliseconds. */
        private static final Duration FOR_EVER = Duration.ofDays(36_500);

        private static final double LIFE_JITTER = 0.1;

        private static final int CHECKS_WAIT_PART = 16;

        private final Rhythm rhythm;
        private final long lifeMillis;
        private final RandomGenerator random;

        DeadlineFactory(Settings.Streams settings, RandomGenerator random) {
            long heartbeatMillis = settings.heartbeatInterval().toMillis();
            // A revoked stream must end within one heartbeat interval, including two ticks and the time for the
            // answer.
            long checkMillis = heartbeatMillis * 3 / 4 - checksWait(settings);
            this.rhythm = new Rhythm(
                    heartbeatMillis, checkMillis, settings.stallTimeout().toMillis());
            this.lifeMillis = settings.connectionTimeout().toMillis();
            this.random = random;
        }

        /** How long a check that is due may wait for others: a fraction of the heartbeat interval. */
        static long checksWait(Settings.Streams settings) {
            return settings.heartbeatInterval().toMillis() / CHECKS_WAIT_PART;
        }

        StreamDeadlines forStream(StreamPermit permit, long nowMillis, Instant wallNow) {
            // Spread, so that streams which open together do not send their heartbeats together.
            long first = nowMillis + random.nextLong(rhythm.heartbeatEvery() / 2, rhythm.heartbeatEvery() + 1);
            StreamDeadlines deadlines =
                    new StreamDeadlines(rhythm, first, permitTimes(permit, nowMillis, wallNow), nowMillis);
            if (lifeMillis > 0) {
                double jitter = 1 + LIFE_JITTER * (2 * random.nextDouble() - 1);
                deadlines.endAt(nowMillis + Math.round(lifeMillis * jitter), SseStream.CloseReason.CONNECTION_TIMEOUT);
            }
            return deadlines;
        }

        private static StreamDeadlines.PermitTimes permitTimes(StreamPermit permit, long nowMillis, Instant wallNow) {
            Instant expires = permit.expiresAt();
            if (expires == null || expires.isAfter(wallNow.plus(FOR_EVER))) {
                return new StreamDeadlines.PermitTimes(
                        permit.revocable(), StreamDeadlines.NEVER, StreamDeadlines.NEVER);
            }
            long left = Math.max(0, Duration.between(wallNow, expires).toMillis());
            long warnIn = left < 2 * WARN_BEFORE_MILLIS ? left / 2 : left - WARN_BEFORE_MILLIS;
            return new StreamDeadlines.PermitTimes(permit.revocable(), nowMillis + warnIn, nowMillis + left);
        }
    }
}
