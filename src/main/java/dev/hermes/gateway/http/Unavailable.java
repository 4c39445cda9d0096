package dev.hermes.gateway.http;

import java.util.random.RandomGenerator;

/** Why nobody, or not this client, can be served right now: the codes of {@code event: unavailable}. */
enum Unavailable {
    MAX_CONNECTIONS(503, "Maximum number of connections reached", 5_000, 15_000),
    BACKEND_UNAVAILABLE(503, "Event backend is unavailable", 5_000, 15_000),
    SSE_DISABLED(503, "SSE is not enabled on this server", 5_000, 15_000),
    RATE_LIMITED(429, "Too many failed credentials", 5_000, 15_000),
    INTERNAL_ERROR(500, "Internal server error", 5_000, 15_000),
    SHUTTING_DOWN(503, "Server is shutting down", 0, 2_000);

    /** What a client without event streams is told, in the middle of what the others get. */
    static final long RETRY_AFTER_SECONDS = 10;

    private final int status;
    private final String detail;
    private final int retryFromMillis;
    private final int retryToMillis;

    Unavailable(int status, String detail, int retryFromMillis, int retryToMillis) {
        this.status = status;
        this.detail = detail;
        this.retryFromMillis = retryFromMillis;
        this.retryToMillis = retryToMillis;
    }

    int status() {
        return status;
    }

    String detail() {
        return detail;
    }

    /** When this client should come back; each gets its own, or all would return at once. */
    int retryMillis(RandomGenerator random) {
        return random.nextInt(retryFromMillis, retryToMillis + 1);
    }
}
