package dev.hermes.gateway.http;

import dev.hermes.gateway.delivery.ByteSink;
import dev.hermes.gateway.delivery.Frame;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.VertxConnection;

/** Writes by Vert.x' public API: HTTP/2, TLS, HTTP/1.0, and whatever {@link DirectSink} does not recognise. */
final class PublicSink implements ByteSink {

    private static final long PENDING = 0;

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private Runnable whenEnded = () -> {};

    PublicSink(HttpServerRequest request) {
        this.request = request;
        this.response = request.response().setChunked(true);
    }

    void whenEnded(Runnable action) {
        whenEnded = action;
    }

    @Override
    public void write(Frame frame) {
        if (open()) {
            response.write(frame.payload());
        }
    }

    /** Vert.x flushes at the end of what it is handed, for HTTP/2 by itself. */
    @Override
    public void flush() {}

    @Override
    public boolean writable() {
        return open() && !response.writeQueueFull();
    }

    @Override
    public long progress() {
        return writable() ? NOTHING_PENDING : PENDING;
    }

    @Override
    public void end() {
        if (!open()) {
            whenEnded.run();
            return;
        }
        response.end().onComplete(done -> {
            // HTTP/1.0 has no other way to tell that the body is over.
            if (request.version() == HttpVersion.HTTP_1_0) {
                request.connection().close();
            }
            whenEnded.run();
        });
    }

    @Override
    public void abort() {
        if (request.version() == HttpVersion.HTTP_2) {
            response.reset();
        } else if (request.connection() instanceof VertxConnection connection) {
            DirectSink.cut(connection.channelHandlerContext().pipeline());
        } else {
            request.connection().close();
        }
    }

    private boolean open() {
        return !response.ended() && !response.closed();
    }
}
