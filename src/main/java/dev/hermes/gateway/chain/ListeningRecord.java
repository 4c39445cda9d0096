package dev.hermes.gateway.chain;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Until when a gateway has listened without a break, so far as it can tell. Kept by the monotonic clock and told by the wall
 * clock of the moment, so that a step of the latter in between makes no hole shorter or longer. Owned by the chain's loop.
 */
final class ListeningRecord {

    /** How long before its end a connection may have been deaf: as long as a canary may stay out. */
    private static final long UNPROVEN_MILLIS = 4_000;

    private @Nullable Long lastHeard;
    private @Nullable Long until;

    void heard(long nowMillis) {
        lastHeard = nowMillis;
    }

    void stopped(long nowMillis) {
        long proven = nowMillis - UNPROVEN_MILLIS;
        until = lastHeard == null ? proven : Math.max(lastHeard, proven);
    }

    /** Nothing that was heard before counts. */
    void forget() {
        until = null;
    }

    /** What was heard from that moment on, if there is one, was given up. */
    void gaveUp(@Nullable Long momentMillis) {
        until = momentMillis == null ? until : momentMillis;
    }

    /** Before it began to listen again, which is now. */
    Instant until(Instant now, long nowMillis) {
        return until == null ? Instant.EPOCH : now.minusMillis(Math.max(0, nowMillis - until));
    }
}
