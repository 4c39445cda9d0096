package dev.hermes.gateway.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * Sends one page to its client in portions, as fast as the client reads them, and closes the connection if the client
 * reads nothing for the stall time, as for a stream. The page is given in parts, which may be shared with other
 * answers: a thousand clients that read slowly keep no copy each of an event that all have waited for. Owned by the
 * request's event loop.
 */
public final class PollAnswer implements ConnectionSweep.Sending {

    private static final int PORTION_BYTES = 64 * 1_024;

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Queue<Buffer> parts;
    private final long length;
    private final long stallMillis;
    private final Runnable whenRead;

    /** The bytes written, and those of them that are of the first part that is left. */
    private long written;

    private int ofFirst;
    private long progress = -1;
    private long progressAt;
    private boolean over;

    /**
     * @param parts of the page, in order and not to be changed; at least one
     * @param whenRead called once, when the client has read everything or has disconnected
     */
    public PollAnswer(HttpServerRequest request, List<Buffer> parts, long stallMillis, Runnable whenRead) {
        this.request = request;
        this.response = request.response();
        this.parts = new ArrayDeque<>(parts);
        this.length = parts.stream().mapToLong(Buffer::length).sum();
        this.stallMillis = stallMillis;
        this.whenRead = whenRead;
    }

    /** How many bytes the page has. */
    public long length() {
        return length;
    }

    public void begin() {
        if (response.ended() || response.closed()) {
            end();
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(length));
        response.closeHandler(closed -> end());
        response.exceptionHandler(failure -> end());
        response.drainHandler(drained -> write());
        write();
    }

    private void write() {
        while (!over && !response.ended() && !response.closed() && !response.writeQueueFull()) {
            Buffer portion = portion();
            written += portion.length();
            if (parts.isEmpty()) {
                response.end(portion).onComplete(sent -> end());
                return;
            }
            response.write(portion);
        }
    }

    /** The next bytes of the page, and none only if none are left. */
    private Buffer portion() {
        Buffer portion = Buffer.buffer();
        while (portion.length() < PORTION_BYTES && !parts.isEmpty()) {
            Buffer first = parts.element();
            int end = Math.min(first.length(), ofFirst + PORTION_BYTES - portion.length());
            portion.appendBuffer(first, ofFirst, end - ofFirst);
            ofFirst = end;
            if (end == first.length()) {
                parts.remove();
                ofFirst = 0;
            }
        }
        return portion;
    }

    private void end() {
        if (!over) {
            over = true;
            parts.clear();
            whenRead.run();
        }
    }

    @Override
    public boolean watch(long nowMillis) {
        if (over) {
            return false;
        }
        long now = progress();
        if (now != progress) {
            progress = now;
            progressAt = nowMillis;
        } else if (nowMillis >= progressAt + stallMillis) {
            cut();
            end();
            return false;
        }
        return true;
    }

    /** A value that changes with every byte taken. */
    private long progress() {
        Channel channel = ConnectionSweep.channelOf(request.connection());
        ChannelOutboundBuffer pending =
                channel == null ? null : channel.unsafe().outboundBuffer();
        // On HTTP/2 the connection's buffer also moves with other streams, so it says nothing about this one.
        return request.version() == HttpVersion.HTTP_2 || pending == null
                ? written
                : (written << Integer.SIZE) - pending.totalPendingWriteBytes() + pending.currentProgress();
    }

    private void cut() {
        Channel channel = ConnectionSweep.channelOf(request.connection());
        if (request.version() == HttpVersion.HTTP_2 || channel == null) {
            response.reset();
        } else {
            DirectSink.cut(channel);
        }
    }
}
