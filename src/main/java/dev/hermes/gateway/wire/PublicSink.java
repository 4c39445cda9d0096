package dev.hermes.gateway.wire;

import dev.hermes.gateway.delivery.ByteSink;
import dev.hermes.gateway.delivery.Frame;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.VertxConnection;
import org.jspecify.annotations.Nullable;

/**
 * Writes by Vert.x' public API: for HTTP/2, TLS, HTTP/1.0, and any connection that {@link DirectSink} does not
 * recognise.
 */
final class PublicSink implements ByteSink {

    /** {@link #writable} does not count a frame that waits for its flush, so the frame must be small. */
    private static final int MOST_KEPT = 8 * 1_024;

    // Not the request: the router's would keep all that it knows of it for as long as the stream lasts.
    private final HttpConnection connection;
    private final HttpVersion version;
    private final HttpServerResponse response;

    /** The size of what is given to Vert.x at once, since only of a whole one it is known that it was taken. */
    private static final int PORTION_BYTES = 64 * 1_024;

    /** Portions given to Vert.x, and those of them that the socket, or HTTP/2's window for the stream, has taken. */
    private long written;

    private long taken;

    /** The bytes of those that were not taken. */
    private long waiting;

    /** Whether a frame is being written, of which a portion may drain the socket at once: nothing may come into it. */
    private boolean writing;

    /** The only frame written since the last flush, kept until the flush. */
    private @Nullable Buffer kept;

    PublicSink(HttpServerRequest request) {
        this.connection = request.connection();
        this.version = request.version();
        this.response = request.response().setChunked(true);
    }

    /**
     * Keeps a single frame until the flush. A write costs as much here as a flush does, and an event is written to
     * all its subscribers in one turn of the loop, while flushes are spread over several turns.
     */
    @Override
    public void write(Frame frame) {
        Buffer payload = frame.payload();
        if (kept == null && payload.length() <= MOST_KEPT) {
            kept = payload;
        } else {
            flush();
            writeNow(payload);
        }
    }

    /** Writes the kept frame; Vert.x flushes by itself. */
    @Override
    public void flush() {
        Buffer payload = kept;
        if (payload != null) {
            kept = null;
            writeNow(payload);
        }
    }

    private void writeNow(Buffer payload) {
        writing = true;
        for (int from = 0; from < payload.length() && open(); from += PORTION_BYTES) {
            writePortion(payload.slice(from, Math.min(payload.length(), from + PORTION_BYTES)));
        }
        writing = false;
    }

    private void writePortion(Buffer portion) {
        written++;
        waiting += portion.length();
        response.write(portion).onSuccess(sent -> taken(portion)).onFailure(this::notSent);
    }

    private void taken(Buffer portion) {
        taken++;
        waiting -= portion.length();
    }

    /** Without memory to pass it on, for example: what comes next must not make the client believe that it has all. */
    private void notSent(Throwable failure) {
        if (open()) {
            abort();
        }
    }

    @Override
    public boolean writable() {
        return open() && !writing && !response.writeQueueFull();
    }

    /** Changes with every portion. The kept one does not count: it is not the client that it waits for. */
    @Override
    public long progress() {
        return taken == written && writable() ? NOTHING_PENDING : taken;
    }

    @Override
    public long pendingBytes() {
        return open() ? waiting : 0;
    }

    @Override
    public void end(Owner owner) {
        flush();
        if (!open()) {
            owner.ended();
            return;
        }
        response.end().onComplete(done -> {
            // HTTP/1.0 can mark the end of such a body only by closing.
            if (version == HttpVersion.HTTP_1_0) {
                connection.close();
            }
            owner.ended();
        });
    }

    @Override
    public void abort() {
        if (version == HttpVersion.HTTP_2) {
            response.reset();
        } else if (connection instanceof VertxConnection vertx) {
            DirectSink.cut(vertx.channelHandlerContext().channel());
        } else {
            connection.close();
        }
    }

    private boolean open() {
        return !response.ended() && !response.closed();
    }
}
