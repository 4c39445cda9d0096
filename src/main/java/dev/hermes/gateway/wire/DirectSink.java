package dev.hermes.gateway.wire;

import dev.hermes.gateway.delivery.ByteSink;
import dev.hermes.gateway.delivery.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.VoidChannelPromise;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.VertxConnection;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames below Vert.x: an encoded chunk goes straight to the channel's outbound buffer, by reference; if it is the
 * only one before a flush, and nothing waits, by a {@link Shortcut} straight to the socket. The public
 * {@code write} makes objects for each client and event (message, promise, encoder state) and costs about twice the CPU
 * for each delivery; see the performance page.
 *
 * <p>What it stands on, and what would break it: the connection is a {@link VertxConnection}, HTTP/1.1 in clear text, and
 * no handler but the HTTP encoder and Vert.x' own stands between it and the socket, so that a whole chunk (RFC 9112 §7.1)
 * may be written under the encoder, which after a chunked head only ever adds the last chunk. {@link #recognises} checks
 * all of it for each connection; where it does not hold, {@link PublicSink} serves. The server runs in strict thread mode,
 * in which Vert.x keeps no queue of its own above the channel's: the order of writes is the channel's, since nothing takes
 * the shortcut that something waits before, and every change of writability reaches the response's drain handler.
 */
final class DirectSink implements ByteSink {

    /** A frame that waits for its flush is not seen by {@link #writable}: it must leave room there if it is not sent. */
    private static final int MOST_ALONE = 8 * 1_024;

    /** The handlers with a say in writing that a plain HTTP/1.1 connection has; TLS, compression and shaping add others. */
    private static final Set<String> EXPECTED = Set.of("httpEncoder", "handler");

    /** A way to the socket for bytes that nothing waits before. */
    @FunctionalInterface
    interface Shortcut {

        /** How many bytes were taken, maybe none; with the rest the channel is given what is left. */
        int send(ByteBuf bytes);
    }

    private final HttpServerResponse response;
    private final Channel channel;
    private final ChannelHandlerContext first;
    private final VoidChannelPromise unobserved;

    /** Null where there is none. */
    private final @Nullable Shortcut shortcut;

    /** Frames written; with what is still pending it tells how far the client is. */
    private long written;

    /** The only frame written since the last flush, kept until then. */
    private @Nullable Frame alone;

    private Runnable whenEnded = () -> {};

    private DirectSink(
            HttpServerResponse response,
            ChannelHandlerContext first,
            VoidChannelPromise unobserved,
            @Nullable Shortcut shortcut) {
        this.response = response;
        this.channel = first.channel();
        this.first = first;
        this.unobserved = unobserved;
        this.shortcut = shortcut;
    }

    /** Whether this request's connection is as this class needs it. */
    static boolean recognises(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_1_1
                && request.connection() instanceof VertxConnection connection
                && onlyExpectedHandlers(connection.channelHandlerContext().pipeline());
    }

    private static boolean onlyExpectedHandlers(ChannelPipeline pipeline) {
        for (Map.Entry<String, io.netty.channel.ChannelHandler> handler : pipeline) {
            if (handler.getValue() instanceof ChannelOutboundHandler && !EXPECTED.contains(handler.getKey())) {
                return false;
            }
        }
        return pipeline.get("httpEncoder") != null;
    }

    /** Writes the head, through Vert.x, and takes over the body. */
    static DirectSink begin(HttpServerRequest request, Function<Channel, @Nullable Shortcut> shortcuts) {
        HttpServerResponse response = request.response().setChunked(true);
        response.writeHead();
        VertxConnection connection = (VertxConnection) request.connection();
        ChannelHandlerContext first =
                connection.channelHandlerContext().pipeline().firstContext();
        return new DirectSink(response, first, connection.voidPromise, shortcuts.apply(first.channel()));
    }

    void whenEnded(Runnable action) {
        whenEnded = action;
    }

    @Override
    public void write(Frame frame) {
        written++;
        if (alone == null && shortcut != null && frame.chunkLength() <= MOST_ALONE && nothingWaits()) {
            frame.retain();
            alone = frame;
        } else {
            passOn(0);
            queue(frame.retainedChunk());
        }
    }

    @Override
    public void flush() {
        Frame frame = alone;
        if (frame != null && shortcut != null) {
            int sent = shortcut.send(frame.chunk());
            if (sent == frame.chunkLength()) {
                drop();
                return;
            }
            passOn(sent);
        }
        first.flush();
    }

    private boolean nothingWaits() {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return channel.isActive() && pending != null && pending.totalPendingWriteBytes() == 0;
    }

    /** Queues what is left of the frame that was kept, if there is one. */
    private void passOn(int sent) {
        Frame frame = alone;
        if (frame != null) {
            queue(frame.retainedChunk().skipBytes(sent));
            drop();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // A failed write is a closed channel, and that is told by itself.
    private void queue(ByteBuf chunk) {
        // From the first context a write passes no handler any more. A closed channel releases it at once.
        first.write(chunk, unobserved);
    }

    /** Gives back the frame that was kept, as must be done when no flush can come any more. */
    void drop() {
        Frame frame = alone;
        if (frame != null) {
            alone = null;
            frame.release();
        }
    }

    @Override
    public boolean writable() {
        return channel.isWritable();
    }

    @Override
    public long progress() {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        if (pending == null || pending.isEmpty()) {
            return NOTHING_PENDING;
        }
        return ((written - pending.size()) << Integer.SIZE) + pending.currentProgress();
    }

    @Override
    public void end() {
        passOn(0);
        if (response.ended() || response.closed()) {
            whenEnded.run();
            return;
        }
        response.end().onComplete(done -> whenEnded.run());
    }

    @Override
    public void abort() {
        cut(channel);
    }

    /**
     * Closes the connection at once. Vert.x' own close first waits until all that is queued was sent, which to a client that
     * takes nothing is never.
     */
    static void cut(Channel channel) {
        // Past all handlers, which a channel that is closed by now has no more.
        channel.unsafe().close(channel.voidPromise());
    }
}
