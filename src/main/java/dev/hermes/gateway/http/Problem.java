package dev.hermes.gateway.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Why a request is not served, in the form in which the client gets it.
 *
 * @param detail a text, or FastAPI's list of field errors
 * @param code a word for programs, or null
 * @param unavailable what an {@code EventSource} gets in-band instead, or null; on a 503 it would give up for good
 */
record Problem(
        int status,
        Object detail,
        @Nullable String code,
        Map<String, String> headers,
        @Nullable Unavailable unavailable) {

    static Problem of(int status, String detail) {
        return new Problem(status, detail, null, Map.of(), null);
    }

    static Problem badRequest(String detail) {
        return of(400, detail);
    }

    static Problem unauthorized(String detail) {
        // RFC 9110 §11.6.1: a 401 must contain a challenge.
        return new Problem(401, detail, null, Map.of("WWW-Authenticate", "Bearer"), null);
    }

    /** Without {@code Retry-After}, since it is unknown when an operator will switch streams on. */
    static Problem switchedOff() {
        Unavailable off = Unavailable.SSE_DISABLED;
        return new Problem(off.status(), off.detail(), off.name(), Map.of(), off);
    }

    static Problem of(Unavailable unavailable) {
        return unavailable(unavailable, Unavailable.RETRY_AFTER_SECONDS);
    }

    /** Those that cannot be told in-band get different times too. */
    static Problem overloaded() {
        Unavailable overloaded = Unavailable.OVERLOADED;
        return unavailable(overloaded, overloaded.retryMillis(ThreadLocalRandom.current()) / 1_000);
    }

    static Problem unavailable(Unavailable unavailable, long retryAfterSeconds) {
        return new Problem(
                unavailable.status(),
                unavailable.detail(),
                unavailable.name(),
                Map.of("Retry-After", Long.toString(retryAfterSeconds)),
                unavailable);
    }

    /** An invalid field of the body, in FastAPI's format. */
    static Problem invalidBody(JsonArray location, String message, String type) {
        JsonObject error =
                new JsonObject().put("loc", location).put("msg", message).put("type", type);
        return new Problem(422, new JsonArray().add(error), null, Map.of(), null);
    }

    /** The body in FastAPI's format, together with the error object that Hermes itself adds. */
    JsonObject toJson() {
        JsonObject json = new JsonObject().put("detail", detail);
        if (code != null) {
            json.put("code", code);
        }
        return json.put(
                "error",
                new JsonObject()
                        .put("code", "http_" + status)
                        .put("message", message())
                        .putNull("details"));
    }

    private String message() {
        if (!(detail instanceof JsonArray errors)) {
            return detail.toString();
        }
        return errors.stream()
                .map(JsonObject.class::cast)
                .map(error -> dotted(error.getJsonArray("loc")) + ": " + error.getString("msg"))
                .collect(Collectors.joining("; "));
    }

    private static String dotted(JsonArray location) {
        return location.stream().map(String::valueOf).collect(Collectors.joining("."));
    }

    /** Wraps the problem, to be thrown within a composition of futures. */
    Thrown asException() {
        return new Thrown(this);
    }

    /**
     * Carries a {@link Problem} out of a composition of futures. It is an answer rather than an error, so it has no
     * stack trace.
     */
    static final class Thrown extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient Problem problem;

        Thrown(Problem problem) {
            super(problem.code(), null, false, false);
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }

    /** Why no client, or not this one, can be served right now: the codes of {@code event: unavailable}. */
    enum Unavailable {
        MAX_CONNECTIONS(503, "Maximum number of connections reached", 5_000, 15_000),
        /** Later than the others: an overload does not pass with one stream that ends. */
        OVERLOADED(503, "Server is overloaded", 15_000, 45_000),
        BACKEND_UNAVAILABLE(503, "Event backend is unavailable", 5_000, 15_000),
        SSE_DISABLED(503, "SSE is not enabled on this server", 5_000, 15_000),
        RATE_LIMITED(429, "Too many failed credentials", 5_000, 15_000),
        INTERNAL_ERROR(500, "Internal server error", 5_000, 15_000),
        SHUTTING_DOWN(503, "Server is shutting down", 0, 2_000);

        /** The delay for clients without event streams: the middle of the range that the others get. */
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

        /** When this client should reconnect; each gets a random delay, or all would return at once. */
        int retryMillis(RandomGenerator random) {
            return random.nextInt(retryFromMillis, retryToMillis + 1);
        }
    }
}
