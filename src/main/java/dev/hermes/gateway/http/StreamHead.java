package dev.hermes.gateway.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;

/** The headers of every event stream: nobody on the way may keep, change, compress or collect it. */
final class StreamHead {

    static final CharSequence LAST_EVENT_ID = HttpHeaders.createOptimized("Last-Event-ID");

    private static final CharSequence CONTENT_TYPE = HttpHeaders.createOptimized("text/event-stream; charset=utf-8");
    private static final CharSequence NO_CACHE = HttpHeaders.createOptimized("no-cache, no-transform");
    private static final CharSequence ACCEL_BUFFERING = HttpHeaders.createOptimized("X-Accel-Buffering");
    private static final CharSequence NO = HttpHeaders.createOptimized("no");

    private StreamHead() {}

    static void write(HttpServerResponse response) {
        response.putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
                .putHeader(HttpHeaders.CACHE_CONTROL, NO_CACHE)
                .putHeader(ACCEL_BUFFERING, NO);
    }
}
