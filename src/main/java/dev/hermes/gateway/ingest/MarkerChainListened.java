package dev.hermes.gateway.ingest;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Until when a gateway has listened without a break, so far as it can tell. Owned by the chain's loop. */
final class MarkerChainListened {

    /** How long before its end a connection may have been deaf: as long as a canary may stay out. */
    private static final long UNPROVEN_MILLIS = 4_000;

    private Instant lastHeard = Instant.EPOCH;
    private Instant until = Instant.EPOCH;

    void heard(Instant now) {
        lastHeard = now;
    }

    void stopped(Instant now) {
        Instant proven = now.minusMillis(UNPROVEN_MILLIS);
        until = lastHeard.isAfter(proven) ? lastHeard : proven;
    }

    /** What was heard after that does not count. */
    void endedAt(Instant moment) {
        until = moment;
    }

    /** What was heard from that moment on, if there is one, was given up. */
    void gaveUp(@Nullable Instant moment) {
        until = moment == null ? until : moment;
    }

    /** Before it began to listen again, which is now. */
    Instant until(Instant now) {
        return until.isBefore(now) ? until : now;
    }
}
