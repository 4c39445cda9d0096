package dev.hermes.gateway.wire;

import dev.hermes.gateway.delivery.ByteSink;
import dev.hermes.gateway.delivery.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.Socket;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.VertxConnection;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames below Vert.x: an encoded chunk goes by reference to the channel's outbound buffer, or, if it is the
 * only one before a flush and nothing waits, by a {@link Shortcut} directly to the socket. The public {@code write}
 * creates objects for each client and event (message, promise, encoder state) and costs about twice the CPU time per
 * delivery; see the performance page.
 *
 * <p>It relies on the following: the connection is a {@link VertxConnection} with HTTP/1.1 in clear text, and no
 * handler but the HTTP encoder and Vert.x' own stands between it and the socket. Then a whole chunk (RFC 9112 §7.1)
 * may be written below the encoder, which after a chunked head only ever adds the last chunk. {@link #recognises}
 * checks all of this for each connection; where it does not hold, {@link PublicSink} is used. The server runs in
 * strict thread mode, in which Vert.x keeps no queue of its own above the channel's. So the order of writes is the
 * channel's order, since no data takes the shortcut while other data waits; and every change of writability reaches
 * the response's drain handler. Soon afterwards {@link StreamSinks} makes the connection {@linkplain BareConnection bare},
 * where it can: then nothing of Vert.x is left that could come between.
 */
final class DirectSink implements ByteSink {

    /**
     * {@link #writable} does not count a frame that waits for its flush, so the frame must fit into the buffer if it
     * is not sent.
     */
    private static final int MOST_KEPT = 8 * 1_024;

    /** The outbound handlers of a plain HTTP/1.1 connection; TLS, compression and traffic shaping add others. */
    private static final Set<String> EXPECTED = Set.of("httpEncoder", "handler");

    /** A direct way to the socket, for bytes before which nothing waits. */
    @FunctionalInterface
    interface Shortcut {

        /** Sends bytes; returns how many were taken, possibly none. The channel is given the rest. */
        int send(Channel channel, ByteBuf bytes);
    }

    /** The end of a body. */
    @FunctionalInterface
    interface Ending {

        /** Ends the body after everything that was written, and tells its owner when all of it was sent, or never will be. */
        void end(Owner owner);
    }

    private final Channel channel;
    private ChannelHandlerContext first;
    private Ending ending;

    /** Null if the channel has no shortcut. */
    private final @Nullable Shortcut shortcut;

    /** The number of frames written; together with what is pending it tells how much the client has received. */
    private long written;

    /** The only frame written since the last flush, kept until the flush. */
    private @Nullable Frame kept;

    private DirectSink(Ending ending, ChannelHandlerContext first, @Nullable Shortcut shortcut) {
        this.ending = ending;
        this.channel = first.channel();
        this.first = first;
        this.shortcut = shortcut;
    }

    /** Whether this request's connection fulfils what this class relies on. */
    static boolean recognises(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_1_1
                && request.connection() instanceof VertxConnection connection
                && onlyExpectedHandlers(connection.channelHandlerContext().pipeline());
    }

    private static boolean onlyExpectedHandlers(ChannelPipeline pipeline) {
        // By name: to iterate over the handlers copies them to a map first, for each stream that opens.
        for (String name : pipeline.names()) {
            if (pipeline.get(name) instanceof ChannelOutboundHandler && !EXPECTED.contains(name)) {
                return false;
            }
        }
        return pipeline.get("httpEncoder") != null;
    }

    /** Writes the head through Vert.x, and takes over the body. */
    static DirectSink begin(HttpServerRequest request, Function<Channel, @Nullable Shortcut> shortcuts) {
        HttpServerResponse response = request.response().setChunked(true);
        VertxConnection connection = (VertxConnection) request.connection();
        ChannelHandlerContext first =
                connection.channelHandlerContext().pipeline().firstContext();
        // A body without a head would be taken for one.
        response.writeHead().onFailure(notSent -> cut(first.channel()));
        return new DirectSink(ending(response), first, shortcuts.apply(first.channel()));
    }

    private static Ending ending(HttpServerResponse response) {
        return owner -> {
            if (response.ended() || response.closed()) {
                owner.ended();
            } else {
                response.end().onComplete(done -> owner.ended());
            }
        };
    }

    /** From now on the body is written and ended without Vert.x. */
    void bare(ChannelHandlerContext only, Ending withoutVertx) {
        first = only;
        ending = withoutVertx;
    }

    @Override
    public void write(Frame frame) {
        written++;
        if (kept == null && shortcut != null && frame.chunkLength() <= MOST_KEPT && nothingWaits()) {
            frame.retain();
            kept = frame;
        } else {
            queueKept(0);
            queue(frame.retainedChunk());
        }
    }

    @Override
    public void flush() {
        Frame frame = kept;
        if (frame != null && shortcut != null) {
            int sent = shortcut.send(channel, frame.chunk());
            if (sent == frame.chunkLength()) {
                drop();
                return;
            }
            queueKept(sent);
        }
        first.flush();
    }

    private boolean nothingWaits() {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return channel.isActive() && pending != null && pending.totalPendingWriteBytes() == 0;
    }

    /** Queues the rest of the kept frame, if there is one. */
    private void queueKept(int sent) {
        Frame frame = kept;
        if (frame != null) {
            queue(frame.retainedChunk().skipBytes(sent));
            drop();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // A failed write means a closed channel, which is reported anyway.
    private void queue(ByteBuf chunk) {
        // A write from the first context passes no handler. A closed channel releases the chunk immediately.
        first.write(chunk, channel.unsafe().voidPromise());
    }

    /** Releases the kept frame; needed when no flush can follow any more. */
    void drop() {
        Frame frame = kept;
        if (frame != null) {
            kept = null;
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
    public long pendingBytes() {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes();
    }

    @Override
    public void end(Owner owner) {
        queueKept(0);
        ending.end(owner);
    }

    @Override
    public void abort() {
        cut(channel);
    }

    /**
     * Closes the connection immediately. Vert.x' own close first waits until all queued data was sent, which never
     * happens if the client reads nothing.
     */
    static void cut(Channel channel) {
        // Bypasses all handlers, of which a closed channel has none left.
        channel.unsafe().close(channel.voidPromise());
    }

    /**
     * Gives bytes to the kernel by one {@code send(2)}, bypassing a channel that has nothing else to send: without an
     * entry in its outbound buffer a delivery costs a tenth less, see the performance page. On the channel's event loop
     * only.
     *
     * <p>It does what epoll's own channel does for a single buffer, under the same two conditions, which are checked each
     * time. The channel is active, since the number of a closed descriptor may belong to another client already. And
     * nothing waits in the channel's buffer, since the bytes would overtake it.
     */
    static final class SocketSend implements DirectSink.Shortcut {

        private static final SocketSend OF_EPOLL = new SocketSend();

        private SocketSend() {}

        /** Null for a channel that does not use epoll. */
        static DirectSink.@Nullable Shortcut of(Channel channel) {
            return channel instanceof EpollSocketChannel epoll && epoll.fd() instanceof Socket ? OF_EPOLL : null;
        }

        /**
         * Returns how many bytes the socket took, possibly none. A failure counts as none too: the channel will fail with
         * the rest, and report it.
         */
        @Override
        public int send(Channel channel, ByteBuf bytes) {
            ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
            if (!channel.isActive()
                    || !(channel instanceof EpollSocketChannel epoll && epoll.fd() instanceof Socket socket)
                    || waiting == null
                    || waiting.totalPendingWriteBytes() > 0
                    || !bytes.hasMemoryAddress()) {
                return 0;
            }
            try {
                return socket.sendAddress(bytes.memoryAddress(), bytes.readerIndex(), bytes.writerIndex());
            } catch (IOException | NotYetConnectedException broken) {
                return 0;
            }
        }
    }
}
