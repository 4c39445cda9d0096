package dev.hermes.gateway.auth;

/** Where a credential is presented: each door takes other kinds. */
public enum Door {
    /** Streams and polls: SSE tokens, JWTs, API keys. */
    EVENTS("SSE token required"),
    /** {@code /token}: JWTs and API keys. */
    TOKEN("Authorization required"),
    /** {@code /publish}: API keys. */
    PUBLISH("Authorization required");

    private final String missing;

    Door(String missing) {
        this.missing = missing;
    }

    /** What somebody without a credential is told. */
    String missing() {
        return missing;
    }
}
