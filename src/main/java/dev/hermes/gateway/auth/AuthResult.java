package dev.hermes.gateway.auth;

import org.jspecify.annotations.Nullable;

/** The answer to a presented credential. Every {@code detail} may be shown to the client as it stands. */
public sealed interface AuthResult {

    /** It is good. */
    record Granted(Credential credential) implements AuthResult {}

    /** There was none: 401, and not a failed one for the rate limit. */
    record Missing(String detail) implements AuthResult {}

    /** It is bad: 401, a failed one for the rate limit. */
    record Denied(String detail) implements AuthResult {}

    /** It is good but of a kind this door does not take: 403. */
    record Forbidden(String detail) implements AuthResult {}

    /** It cannot be judged, or nobody could be served, because Redis is away: never 401. */
    record Unavailable() implements AuthResult {}

    /** Where a credential is presented: each door takes other kinds. */
    public enum Endpoint {
        /** Streams and polls: SSE tokens, JWTs, API keys. */
        EVENTS("SSE token required"),
        /** {@code /token}: JWTs and API keys. */
        TOKEN("Authorization required"),
        /** {@code /publish}: API keys. */
        PUBLISH("Authorization required");

        private final String missing;

        Endpoint(String missing) {
            this.missing = missing;
        }

        /** What somebody without a credential is told. */
        String missing() {
            return missing;
        }
    }

    /**
     * What a request presented, untouched.
     *
     * @param authorization the {@code Authorization} header, or null
     * @param queryToken the query's {@code token}, or null when there is none; an empty one was presented
     */
    public record PresentedCredentials(
            @Nullable String authorization, @Nullable String queryToken) {

        /** Says only what was there: both may be secrets. */
        @Override
        public String toString() {
            return "Presented[authorization=" + (authorization != null) + ", queryToken=" + (queryToken != null) + "]";
        }
    }
}
