package dev.hermes.gateway.auth;

import java.time.Duration;
import java.time.Instant;

/** The one rule by which both stores tell a revoked token from an expired one. */
final class TokenStates {

    /** Redis ends a key by its own clock and a little after {@code expires_at} was computed. */
    private static final Duration CLOCK_MARGIN = Duration.ofSeconds(1);

    private TokenStates() {}

    /**
     * What has become of a token.
     *
     * @param taken whether somebody has taken it back, if it is not present
     */
    static TokenState judge(SseToken token, boolean present, boolean taken, Instant now) {
        if (present) {
            // Its streams have their own deadline, which no step of the wall clock moves.
            return TokenState.VALID;
        }
        if (!now.isBefore(token.expiresAt().minus(CLOCK_MARGIN))) {
            return TokenState.EXPIRED;
        }
        return taken ? TokenState.REVOKED : TokenState.VALID;
    }
}
