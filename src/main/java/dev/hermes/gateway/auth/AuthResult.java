package dev.hermes.gateway.auth;

/** The answer to a presented credential. Every {@code detail} may be shown to the client as it stands. */
public sealed interface AuthResult {

    /** It is good. */
    record Granted(Credential credential) implements AuthResult {}

    /** There was none: 401, and not a failed one for the rate limit. */
    record Missing(String detail) implements AuthResult {}

    /** It is bad: 401, a failed one for the rate limit. */
    record Refused(String detail) implements AuthResult {}

    /** It is good but of a kind this door does not take: 403. */
    record Forbidden(String detail) implements AuthResult {}

    /** It cannot be judged, or nobody could be served, because Redis is away: never 401. */
    record Unavailable() implements AuthResult {}
}
