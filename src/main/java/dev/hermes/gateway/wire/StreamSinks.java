package dev.hermes.gateway.wire;

import dev.hermes.gateway.delivery.ByteSink;
import dev.hermes.gateway.delivery.SseStream;
import io.netty.channel.Channel;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.VertxConnection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses how a stream's bytes are written, and connects the socket's events to the stream. Owned by one event loop.
 */
public final class StreamSinks {

    private static final Logger LOG = LoggerFactory.getLogger(StreamSinks.class);

    private final Function<Channel, DirectSink.@Nullable Shortcut> shortcuts;

    private boolean warned;

    public StreamSinks() {
        this(DirectSink.SocketSend::of);
    }

    /** @param shortcuts returns null for a channel without a shortcut */
    StreamSinks(Function<Channel, DirectSink.@Nullable Shortcut> shortcuts) {
        this.shortcuts = shortcuts;
    }

    /** Begins the response's body and opens the stream on it. */
    public void open(HttpServerRequest request, Function<ByteSink, SseStream> opener) {
        SseStream stream;
        if (DirectSink.recognises(request)) {
            DirectSink sink = DirectSink.begin(request, shortcuts);
            // If opening fails, the frame written by then must still be released.
            request.response().closeHandler(closed -> sink.drop());
            stream = opener.apply(sink);
            request.response().closeHandler(closed -> {
                sink.drop();
                stream.gone();
            });
            bareSoon(request, sink, stream);
        } else {
            warnOnce(request);
            PublicSink sink = new PublicSink(request);
            stream = opener.apply(sink);
            request.response().closeHandler(closed -> stream.gone());
        }
        HttpServerResponse response = request.response();
        clearHeaders(request);
        response.drainHandler(drained -> stream.drained());
        response.exceptionHandler(failure -> stream.gone());
        HttpConnection connection = request.connection();
        // Kept as long as the stream; the request would keep all that the router knows of it.
        Pipelining.hold(request, () -> cut(connection));
    }

    /**
     * Takes HTTP off the connection, as soon as Vert.x and the parser have finished with what has arrived, unless the
     * client has sent more than its request by then.
     */
    private static void bareSoon(HttpServerRequest request, DirectSink sink, SseStream stream) {
        VertxConnection connection = (VertxConnection) request.connection();
        if (request.response().headers().contains(HttpHeaders.CONNECTION, HttpHeaders.CLOSE, true)) {
            // Vert.x ends the connection with the answer.
            return;
        }
        Channel channel = connection.channel();
        channel.eventLoop().execute(() -> {
            ClientConnection client = ClientConnection.known(channel);
            Front front = channel.pipeline().get(Front.class);
            Pipelining pipelining = Pipelining.of(channel);
            if (client != null
                    && front != null
                    && front.canSetUp()
                    && pipelining != null
                    && pipelining.idle()
                    && channel.isActive()
                    && client.hasOnly(request)) {
                BareConnection.strip(front, client, connection.context(), sink, stream);
            }
        });
    }

    /** Keeps HTTP on the connection of this request, for somebody who has to hear how its response ends. */
    public static void keepHttp(HttpServerRequest request) {
        Channel channel = ConnectionSweep.channelOf(request.connection());
        ClientConnection client = channel == null ? null : ClientConnection.known(channel);
        if (client != null) {
            client.keep();
        }
    }

    /** Clears the headers, which are not needed again: Vert.x keeps a request as long as its response lasts. */
    private static void clearHeaders(HttpServerRequest request) {
        request.headers().clear();
        if (request.response().headWritten()) {
            request.response().headers().clear();
        }
    }

    /**
     * Closes a connection that goes on sending requests behind an endless answer: that is no EventSource, and by RFC
     * 9112 §9.3.2 it repeats the requests elsewhere.
     */
    private static void cut(HttpConnection connection) {
        LOG.debug("connection ended reason=pipelined");
        Channel channel = ConnectionSweep.channelOf(connection);
        if (channel != null) {
            DirectSink.cut(channel);
        }
    }

    /** Logs, once, that a connection unexpectedly uses the public API; HTTP/2, TLS and HTTP/1.0 are expected to. */
    private void warnOnce(HttpServerRequest request) {
        if (!warned && request.version() == HttpVersion.HTTP_1_1 && !request.isSSL()) {
            warned = true;
            LOG.warn(
                    "direct writing is off reason=\"connection is not as expected\" connection={}",
                    request.connection().getClass().getName());
        }
    }

    /** The headers of every event stream, by which no intermediary may cache, transform, compress or buffer it. */
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
