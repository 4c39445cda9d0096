package dev.hermes.gateway.wire;

import dev.hermes.gateway.delivery.ByteSink;
import dev.hermes.gateway.delivery.Frame;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.VertxConnection;
import org.jspecify.annotations.Nullable;

/** Writes by Vert.x' public API: HTTP/2, TLS, HTTP/1.0, and whatever {@link DirectSink} does not recognise. */
final class PublicSink implements ByteSink {

    private static final long PENDING = 0;

    /** A frame that waits for its flush is not seen by {@link #writable}, so it must be one that hardly matters there. */
    private static final int MOST_ALONE = 8 * 1_024;

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private Runnable whenEnded = () -> {};

    /** The only frame written since the last flush, kept until then. */
    private @Nullable Buffer alone;

    PublicSink(HttpServerRequest request) {
        this.request = request;
        this.response = request.response().setChunked(true);
    }

    void whenEnded(Runnable action) {
        whenEnded = action;
    }

    /**
     * To write is as dear here as a flush, and an event is written to all in one turn of the loop; flushes come in portions.
     * So what is alone is written with its flush.
     */
    @Override
    public void write(Frame frame) {
        Buffer payload = frame.payload();
        if (alone == null && payload.length() <= MOST_ALONE) {
            alone = payload;
        } else {
            flush();
            writeNow(payload);
        }
    }

    /** What is handed to Vert.x is flushed by itself. */
    @Override
    public void flush() {
        Buffer payload = alone;
        if (payload != null) {
            alone = null;
            writeNow(payload);
        }
    }

    private void writeNow(Buffer payload) {
        if (open()) {
            response.write(payload);
        }
    }

    @Override
    public boolean writable() {
        return open() && !response.writeQueueFull();
    }

    @Override
    public long progress() {
        return alone == null && writable() ? NOTHING_PENDING : PENDING;
    }

    @Override
    public void end() {
        flush();
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
            DirectSink.cut(connection.channelHandlerContext().channel());
        } else {
            request.connection().close();
        }
    }

    private boolean open() {
        return !response.ended() && !response.closed();
    }
}
