package dev.hermes.gateway.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;

/**
 * Sends one page to its client in portions, as fast as the client reads them, and closes the connection if the client
 * reads nothing for the stall time, as for a stream. Owned by the request's event loop.
 */
public final class PollAnswer implements ConnectionSweep.Sending {

    private static final int PORTION_BYTES = 64 * 1_024;

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Buffer page;
    private final long stallMillis;
    private final Runnable whenRead;
    private int written;
    private long progress = -1;
    private long progressAt;
    private boolean over;

    /** @param whenRead called once, when the client has read everything or has disconnected */
    public PollAnswer(HttpServerRequest request, Buffer page, long stallMillis, Runnable whenRead) {
        this.request = request;
        this.response = request.response();
        this.page = page;
        this.stallMillis = stallMillis;
        this.whenRead = whenRead;
    }

    public void begin() {
        if (response.ended() || response.closed()) {
            end();
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(page.length()));
        response.closeHandler(closed -> end());
        response.exceptionHandler(failure -> end());
        response.drainHandler(drained -> write());
        write();
    }

    private void write() {
        while (!over && !response.ended() && !response.closed() && !response.writeQueueFull()) {
            int next = Math.min(page.length(), written + PORTION_BYTES);
            Buffer portion = page.slice(written, next);
            written = next;
            if (next == page.length()) {
                response.end(portion).onComplete(sent -> end());
                return;
            }
            response.write(portion);
        }
    }

    private void end() {
        if (!over) {
            over = true;
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
                : ((long) written << Integer.SIZE) - pending.totalPendingWriteBytes() + pending.currentProgress();
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
