package dev.hermes.gateway.http;

import dev.hermes.gateway.delivery.ByteSink;
import dev.hermes.gateway.delivery.SseStream;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses how a stream's bytes are written, and ties the socket's events to the stream. Owned by one event loop. */
final class StreamSinks {

    private static final Logger LOG = LoggerFactory.getLogger(StreamSinks.class);

    private boolean told;

    /** Begins the response's body and opens the stream on it. */
    void open(HttpServerRequest request, Function<ByteSink, SseStream> opener) {
        SseStream stream;
        if (DirectSink.recognises(request)) {
            DirectSink sink = DirectSink.begin(request);
            stream = opener.apply(sink);
            sink.whenEnded(stream::ended);
        } else {
            tell(request);
            PublicSink sink = new PublicSink(request);
            stream = opener.apply(sink);
            sink.whenEnded(stream::ended);
        }
        HttpServerResponse response = request.response();
        letGo(request);
        response.drainHandler(drained -> stream.drained());
        response.closeHandler(closed -> stream.gone());
        response.exceptionHandler(failure -> stream.gone());
    }

    /** Vert.x keeps a request for as long as its response lasts; nobody asks for these headers again. */
    private static void letGo(HttpServerRequest request) {
        request.headers().clear();
        if (request.response().headWritten()) {
            request.response().headers().clear();
        }
    }

    /** HTTP/2, TLS and HTTP/1.0 are meant to take the public path; anything else is worth a line, once. */
    private void tell(HttpServerRequest request) {
        if (!told && request.version() == HttpVersion.HTTP_1_1 && !request.isSSL()) {
            told = true;
            LOG.warn(
                    "direct writing is off reason=\"connection is not as expected\" connection={}",
                    request.connection().getClass().getName());
        }
    }
}
