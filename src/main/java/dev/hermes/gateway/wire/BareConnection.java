package dev.hermes.gateway.wire;

import dev.hermes.gateway.delivery.ByteSink;
import dev.hermes.gateway.delivery.SseStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.impl.ShutdownEvent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only handler of a connection while it carries a stream: after the head has been written, a stream needs neither a
 * parser nor a request, a response and Vert.x' connection, which together are more than half of what an idle stream
 * costs in memory. When the stream has ended, the connection is set up again as one that was just accepted, and what its
 * client has sent meanwhile is read then (RFC 9112 §9.3.2).
 *
 * <p>Vert.x itself takes its handlers off a connection in this way, for {@code HttpServerRequest.toNetSocket()}, which
 * only keeps too much. Owned by the connection's event loop.
 */
final class BareConnection extends ChannelInboundHandlerAdapter implements DirectSink.Ending {

    private static final Logger LOG = LoggerFactory.getLogger(BareConnection.class);

    /** RFC 9112 §7.1. */
    private static final ByteBuf LAST_CHUNK = Unpooled.unreleasableBuffer(
            Unpooled.directBuffer().writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));

    private final Front front;
    private final Channel channel;
    private final ContextInternal context;
    private final DirectSink sink;
    private final SseStream stream;

    /** What the client has sent behind its request; null before it sends anything. */
    private @Nullable ByteBuf behind;

    private boolean ended;

    /** Whether the connection ends with the stream. */
    private boolean last;

    private BareConnection(Front front, Channel channel, ContextInternal context, DirectSink sink, SseStream stream) {
        this.front = front;
        this.channel = channel;
        this.context = context;
        this.sink = sink;
        this.stream = stream;
    }

    /** Replaces all handlers. The connection has no request but the one that the stream answers, and it is complete. */
    static void strip(
            Front front, ClientConnection client, ContextInternal context, DirectSink sink, SseStream stream) {
        ChannelPipeline pipeline = client.channel().pipeline();
        BareConnection bare = new BareConnection(front, client.channel(), context, sink, stream);
        pipeline.addFirst(bare);
        while (pipeline.last() != bare) {
            pipeline.removeLast();
        }
        client.forget();
        sink.bare(pipeline.context(bare), bare);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // A failed write means a closed channel.
    public void end(ByteSink.Owner owner) {
        if (ended || !channel.isActive()) {
            owner.ended();
            return;
        }
        ended = true;
        ChannelPromise sent = channel.newPromise();
        sent.addListener(done -> context.emit(owner, ByteSink.Owner::ended));
        if (last) {
            sent.addListener(ChannelFutureListener.CLOSE);
        } else {
            // Once sent, since a server that closes drops what a connection without a request still has to send. And
            // later: the next request may be there already, and the caller may be in the middle of ending streams.
            sent.addListener(done -> channel.eventLoop().execute(this::giveBack));
        }
        channel.writeAndFlush(LAST_CHUNK.duplicate(), sent);
    }

    private void giveBack() {
        if (!channel.isActive() || last) {
            return;
        }
        ByteBuf next = behind;
        behind = null;
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.remove(this);
        front.setUp(pipeline);
        if (next != null) {
            pipeline.fireChannelRead(next);
            pipeline.fireChannelReadComplete();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext own, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (behind == null) {
                behind = own.alloc().heapBuffer(bytes.readableBytes());
            }
            // Copied, since a portion that was read may have far more room than content.
            behind.writeBytes(bytes);
        } finally {
            bytes.release();
        }
        if (behind.readableBytes() > Pipelining.MOST_BYTES) {
            LOG.debug("connection ended reason=pipelined");
            DirectSink.cut(own.channel());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext own) {
        if (own.channel().isWritable() && !ended) {
            context.emit(stream, SseStream::drained);
        }
    }

    /** The server is closing. */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // The close is reported to the stream.
    public void userEventTriggered(ChannelHandlerContext own, Object event) {
        if (event instanceof ShutdownEvent) {
            last = true;
            if (ended) {
                own.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
        } else {
            ReferenceCountUtil.release(event);
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // The close is reported to the stream.
    public void exceptionCaught(ChannelHandlerContext own, Throwable cause) {
        LOG.debug("connection broke reason=\"{}\"", cause.getMessage());
        own.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext own) {
        ByteBuf unread = behind;
        if (unread != null) {
            behind = null;
            unread.release();
        }
        sink.drop();
        context.emit(stream, SseStream::gone);
    }
}
