package dev.hermes.gateway.delivery;

import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one stream, in the hub's monotonic milliseconds; the earliest is the one it stands on the wheel with.
 * Owned by the hub's loop.
 */
final class StreamTimes {

    static final long NEVER = Long.MAX_VALUE;

    private final long heartbeatEvery;
    private final long checkEvery;
    private final long stallAfter;
    private final long leaseEnds;
    private long heartbeatAt;
    private long checkAt;
    private long warnAt;
    private long endAt = NEVER;
    private @Nullable CloseReason endReason;
    private long progress = ByteSink.NOTHING_PENDING;
    private long progressAt;

    /**
     * @param rhythm how often things are done
     * @param lease when the lease warns and ends
     */
    StreamTimes(Rhythm rhythm, LeaseTimes lease, long nowMillis) {
        this.heartbeatEvery = rhythm.heartbeatEvery();
        this.checkEvery = rhythm.checkEvery();
        this.stallAfter = rhythm.stallAfter();
        this.heartbeatAt = rhythm.firstHeartbeat();
        this.checkAt = lease.revocable() ? Math.min(rhythm.firstHeartbeat(), nowMillis + checkEvery) : NEVER;
        this.warnAt = lease.warnAt();
        this.leaseEnds = lease.endsAt();
        this.progressAt = nowMillis;
    }

    record Rhythm(long heartbeatEvery, long firstHeartbeat, long checkEvery, long stallAfter) {}

    record LeaseTimes(boolean revocable, long warnAt, long endsAt) {}

    /** The stream ends then at the latest. */
    void endAt(long millis, CloseReason reason) {
        if (millis < endAt) {
            endAt = millis;
            endReason = reason;
        }
    }

    /** Takes note of how far the client is. */
    void observe(long nowAt, long nowMillis) {
        if (nowAt == ByteSink.NOTHING_PENDING || nowAt != progress) {
            progress = nowAt;
            progressAt = nowMillis;
        }
    }

    /** Why the stream ends now, or null. */
    @Nullable
    CloseReason end(long nowMillis) {
        if (nowMillis >= leaseEnds) {
            return CloseReason.TOKEN_EXPIRED;
        }
        if (nowMillis >= endAt) {
            return endReason;
        }
        return stalled() && nowMillis >= progressAt + stallAfter ? CloseReason.SLOW_CONSUMER : null;
    }

    boolean takeHeartbeat(long nowMillis) {
        if (nowMillis < heartbeatAt) {
            return false;
        }
        // What a pause of the machine has swallowed is not made up for.
        heartbeatAt =
                heartbeatAt + heartbeatEvery > nowMillis ? heartbeatAt + heartbeatEvery : nowMillis + heartbeatEvery;
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
        checkAt = nowMillis + checkEvery;
        return true;
    }

    long next() {
        long next = Math.min(Math.min(heartbeatAt, checkAt), Math.min(Math.min(warnAt, leaseEnds), endAt));
        return stalled() ? Math.min(next, progressAt + stallAfter) : next;
    }

    private boolean stalled() {
        return progress != ByteSink.NOTHING_PENDING;
    }
}
