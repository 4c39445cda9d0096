package dev.hermes.gateway.auth;

import java.time.Duration;
import java.time.Instant;

/** The one rule by which both stores tell a revoked token from an expired one. */
final class TokenStates {

    /** Redis ends a key by its own clock and a little after {@code expires_at} was computed. */
    private static final Duration CLOCK_MARGIN = Duration.ofSeconds(1);

    private TokenStates() {}

    static TokenState judge(SseToken token, boolean present, boolean sameLog, Instant now) {
        if (!now.isBefore(token.expiresAt())) {
            return TokenState.EXPIRED;
        }
        if (present) {
            return TokenState.VALID;
        }
        if (!now.isBefore(token.expiresAt().minus(CLOCK_MARGIN))) {
            return TokenState.EXPIRED;
        }
        return sameLog ? TokenState.REVOKED : TokenState.VALID;
    }
}
