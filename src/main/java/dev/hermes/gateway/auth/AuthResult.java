package dev.hermes.gateway.auth;

import org.jspecify.annotations.Nullable;

/** The result of checking a presented credential. Every {@code detail} may be shown to the client unchanged. */
public sealed interface AuthResult {

    /** The credential is valid. */
    record Granted(Credential credential) implements AuthResult {}

    /** No credential was presented: 401, which does not count for the rate limit of failed credentials. */
    record Missing(String detail) implements AuthResult {}

    /** The credential is denied: 401, which counts for the rate limit of failed credentials. */
    record Denied(String detail) implements AuthResult {}

    /** The credential is valid, but its kind is not accepted at this endpoint: 403. */
    record Forbidden(String detail) implements AuthResult {}

    /**
     * The credential cannot be checked, or no request can be served, because Redis or Hermes does not answer: never
     * 401.
     */
    record Unavailable() implements AuthResult {}

    /** Where a credential is presented; each endpoint accepts other kinds. */
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

        /** The text for a request without a credential. */
        String missing() {
            return missing;
        }
    }

    /**
     * The credentials that a request presented, unchanged.
     *
     * @param authorization the {@code Authorization} header, or null
     * @param queryToken the query's {@code token}, or null if there is none; an empty one counts as presented
     */
    public record PresentedCredentials(
            @Nullable String authorization, @Nullable String queryToken) {

        /** Says only which of the two were present, since both may be secrets. */
        @Override
        public String toString() {
            return "Presented[authorization=" + (authorization != null) + ", queryToken=" + (queryToken != null) + "]";
        }
    }
}
