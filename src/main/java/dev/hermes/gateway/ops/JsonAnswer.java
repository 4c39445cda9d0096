package dev.hermes.gateway.ops;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/** Answers in JSON that no cache keeps. */
final class JsonAnswer {

    private JsonAnswer() {}

    static void send(HttpServerResponse response, int status, JsonObject body) {
        if (response.closed()) {
            return;
        }
        response.setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(body.encode());
    }

    static void problem(HttpServerResponse response, int status, String detail) {
        send(
                response,
                status,
                new JsonObject()
                        .put("detail", detail)
                        .put(
                                "error",
                                new JsonObject()
                                        .put("code", "http_" + status)
                                        .put("message", detail)
                                        .putNull("details")));
    }

    /** What could not be read as a request; what follows it on the connection cannot be read either. */
    static void invalidRequest(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        HttpServerResponse response = request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        if (cause instanceof TooLongHttpLineException) {
            problem(response, 414, "URI too long");
        } else if (cause instanceof TooLongHttpHeaderException) {
            problem(response, 431, "Request header fields too large");
        } else {
            problem(response, 400, "Bad request");
        }
        request.connection().close();
    }
}
