package dev.hermes.gateway.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Flushes each RST_STREAM of an HTTP/2 connection immediately, and all written data before the connection closes. A
 * stream that is refused for its head exists for Netty until its reset was sent, and never exists for Vert.x. If the
 * whole connection fails in between, Vert.x fails too: the client is told nothing and a stack trace is logged. The
 * sending itself can be that failure, if the client has left; so the stream is closed before the flush, which RFC
 * 9113 §5.1 allows for the side that resets.
 */
@ChannelHandler.Sharable
final class PromptResets extends ChannelOutboundHandlerAdapter {

    /**
     * RFC 9113 §4.1 and §6.4: nine bytes of frame header, in which the type follows the three bytes of length, and
     * four bytes of error code.
     */
    private static final int RESET_BYTES = 13;

    private static final int TYPE = 3;

    private static final int STREAM = 5;

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // The promise is the caller's.
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf frame
                && frame.readableBytes() == RESET_BYTES
                && frame.getByte(frame.readerIndex() + TYPE) == Http2FrameTypes.RST_STREAM) {
            int id = frame.getInt(frame.readerIndex() + STREAM);
            context.write(message, promise);
            end(context, id);
            context.flush();
        } else {
            context.write(message, promise);
        }
    }

    private static void end(ChannelHandlerContext context, int id) {
        Http2ConnectionHandler http2 = context.pipeline().get(Http2ConnectionHandler.class);
        Http2Stream stream = http2 == null ? null : http2.connection().stream(id);
        if (stream != null) {
            stream.close();
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // The promise is the caller's.
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        context.flush();
        context.close(promise);
    }
}
