package dev.hermes.gateway.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.RecvByteBufAllocator;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The first handler of each connection of the public port: tells of what arrives, closes what is broken, and knows how
 * Vert.x sets a connection up. Shared by all event loops.
 */
@ChannelHandler.Sharable
final class Front extends ChannelInboundHandlerAdapter {

    /**
     * How much is read at once. One for all connections, where Netty would make each its own, as long as the connection
     * lasts; it has no state but the number of reads in a turn, 16 as Netty sets it for a TCP connection. The server's
     * options for the size of reads do not count beside it.
     */
    private static final RecvByteBufAllocator READING = new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(16);

    private static final byte LINE_FEED = '\n';
    private static final byte CARRIAGE_RETURN = '\r';

    private final Function<Channel, @Nullable ConnectionSweep> sweeps;

    /** The handler that Vert.x gives each connection that is accepted; known with the first one. */
    private volatile @Nullable ChannelInitializer<?> vertx;

    /** @param sweeps the sweep of a channel's event loop, or null if it has none */
    Front(Function<Channel, @Nullable ConnectionSweep> sweeps) {
        this.sweeps = sweeps;
    }

    /** Called before Vert.x has set the connection up, whose handler for that is in the pipeline already. */
    @Override
    public void handlerAdded(ChannelHandlerContext own) {
        if (vertx == null && own.pipeline().last() instanceof ChannelInitializer<?> initializer) {
            vertx = initializer;
        }
        own.channel().config().setRecvByteBufAllocator(READING);
    }

    /** Whether it is known how a connection is set up. */
    boolean canSetUp() {
        return vertx != null;
    }

    /** Sets a connection without handlers up, like one that was just accepted. */
    void setUp(ChannelPipeline pipeline) {
        ChannelInitializer<?> initializer = vertx;
        if (initializer == null) {
            throw new IllegalStateException("no connection was accepted before");
        }
        greet(pipeline);
        pipeline.addLast(initializer);
        ConnectionSweep sweep = sweeps.apply(pipeline.channel());
        if (sweep != null) {
            sweep.returned(pipeline.channel());
        }
    }

    /** Adds the handlers that come before those of Vert.x. */
    void greet(ChannelPipeline pipeline) {
        pipeline.addFirst(this, new NoUpgrade());
    }

    @Override
    public void channelRead(ChannelHandlerContext own, Object message) {
        ConnectionSweep sweep = sweeps.apply(own.channel());
        if (sweep != null) {
            sweep.arrived(own.channel(), message instanceof ByteBuf bytes && endsAsHead(bytes));
        }
        own.fireChannelRead(message);
    }

    /** RFC 9112 §2.2 lets a line end with a line feed alone. */
    private static boolean endsAsHead(ByteBuf bytes) {
        int end = bytes.writerIndex();
        int before = end - 2;
        if (before < bytes.readerIndex() || bytes.getByte(end - 1) != LINE_FEED) {
            return false;
        }
        if (bytes.getByte(before) == CARRIAGE_RETURN) {
            before--;
        }
        return before >= bytes.readerIndex() && bytes.getByte(before) == LINE_FEED;
    }

    /**
     * Closes a broken connection, which everybody concerned is told about anyway. Vert.x would pass the failure itself
     * to a request that still waits behind an answer, fail because that request has no response yet, and log an error
     * for each such client.
     */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // The close is reported to everybody concerned.
    public void exceptionCaught(ChannelHandlerContext own, Throwable cause) {
        if (cause instanceof IOException) {
            own.close();
        } else {
            own.fireExceptionCaught(cause);
        }
    }
}
