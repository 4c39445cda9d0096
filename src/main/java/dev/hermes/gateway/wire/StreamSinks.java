package dev.hermes.gateway.wire;

import dev.hermes.gateway.delivery.ByteSink;
import dev.hermes.gateway.delivery.SseStream;
import io.netty.channel.Channel;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses how a stream's bytes are written, and ties the socket's events to the stream. Owned by one event loop. */
public final class StreamSinks {

    private static final Logger LOG = LoggerFactory.getLogger(StreamSinks.class);

    private final Function<Channel, DirectSink.@Nullable Shortcut> shortcuts;

    private boolean told;

    public StreamSinks() {
        this(SocketSend::of);
    }

    /** @param shortcuts null for a channel that has none */
    StreamSinks(Function<Channel, DirectSink.@Nullable Shortcut> shortcuts) {
        this.shortcuts = shortcuts;
    }

    /** Begins the response's body and opens the stream on it. */
    public void open(HttpServerRequest request, Function<ByteSink, SseStream> opener) {
        SseStream stream;
        if (DirectSink.recognises(request)) {
            DirectSink sink = DirectSink.begin(request, shortcuts);
            // Should opening fail: what it has written by then is not to stay.
            request.response().closeHandler(closed -> sink.drop());
            stream = opener.apply(sink);
            sink.whenEnded(stream::ended);
            request.response().closeHandler(closed -> {
                sink.drop();
                stream.gone();
            });
        } else {
            tell(request);
            PublicSink sink = new PublicSink(request);
            stream = opener.apply(sink);
            sink.whenEnded(stream::ended);
            request.response().closeHandler(closed -> stream.gone());
        }
        HttpServerResponse response = request.response();
        letGo(request);
        response.drainHandler(drained -> stream.drained());
        response.exceptionHandler(failure -> stream.gone());
        Pipelining.hold(request, () -> cut(request));
    }

    /** Vert.x keeps a request for as long as its response lasts; nobody asks for these headers again. */
    private static void letGo(HttpServerRequest request) {
        request.headers().clear();
        if (request.response().headWritten()) {
            request.response().headers().clear();
        }
    }

    /** Who goes on asking behind an answer without an end is no EventSource; RFC 9112 §9.3.2 has it ask again elsewhere. */
    private static void cut(HttpServerRequest request) {
        LOG.debug("connection ended reason=pipelined");
        Channel channel = ConnectionSweep.channelOf(request.connection());
        if (channel != null) {
            DirectSink.cut(channel);
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

    /** The headers of every event stream: nobody on the way may keep, change, compress or collect it. */
    public static final class StreamHead {

        public static final CharSequence LAST_EVENT_ID = HttpHeaders.createOptimized("Last-Event-ID");

        private static final CharSequence CONTENT_TYPE =
                HttpHeaders.createOptimized("text/event-stream; charset=utf-8");
        private static final CharSequence NO_CACHE = HttpHeaders.createOptimized("no-cache, no-transform");
        private static final CharSequence ACCEL_BUFFERING = HttpHeaders.createOptimized("X-Accel-Buffering");
        private static final CharSequence NO = HttpHeaders.createOptimized("no");

        private StreamHead() {}

        public static void write(HttpServerResponse response) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
                    .putHeader(HttpHeaders.CACHE_CONTROL, NO_CACHE)
                    .putHeader(ACCEL_BUFFERING, NO);
        }
    }
}
