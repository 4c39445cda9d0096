package dev.hermes.gateway.chain;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Records until when a gateway is known to have listened without a break. Kept by the monotonic clock and converted
 * to the wall clock on demand, so that a step of the wall clock in between changes no hole. Owned by the chain's
 * loop.
 */
final class ListeningRecord {

    /**
     * How long before its end a connection may have received nothing unnoticed: as long as a canary may be under way.
     */
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

    /** Forgets until when the gateway has listened: nothing heard before counts. */
    void forget() {
        until = null;
    }

    /** Unanswered messages heard since that moment were given up; null changes nothing. */
    void gaveUp(@Nullable Long momentMillis) {
        if (momentMillis != null) {
            until = until == null ? momentMillis : Math.min(until, momentMillis);
        }
    }

    /** The time until which the gateway had listened before it began again, which is now. */
    Instant until(Instant now, long nowMillis) {
        return until == null ? Instant.EPOCH : now.minusMillis(Math.max(0, nowMillis - until));
    }
}
