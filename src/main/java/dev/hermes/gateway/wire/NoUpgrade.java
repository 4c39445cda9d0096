package dev.hermes.gateway.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.vertx.core.http.impl.Http1xOrH2CHandler;
import io.vertx.core.http.impl.Http1xUpgradeToH2CHandler;

/**
 * Ignores a client's offer to switch to HTTP/2, as RFC 9110 §7.8 allows; by RFC 9113 §3.1 a client that wants HTTP/2
 * without TLS begins with it. Vert.x would accept the offer, answer a malformed one with a bare 400, and fail on one
 * without a host before any other code has seen the request.
 *
 * <p>Stands in front of a new connection until its HTTP version is known, then between the decoder and the handler
 * that would accept the offer, until the first request.
 */
final class NoUpgrade extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ChannelPipeline pipeline = context.pipeline();
        ByteBuf bytes = (ByteBuf) message;
        // Byte by byte, since the handlers that follow the decision are only added by it, and must get the bytes
        // after it.
        while (bytes.isReadable() && pipeline.get(Http1xOrH2CHandler.class) != null) {
            context.fireChannelRead(bytes.readRetainedSlice(1));
        }
        if (pipeline.get(Http1xOrH2CHandler.class) == null) {
            ChannelHandlerContext taker = pipeline.context(Http1xUpgradeToH2CHandler.class);
            if (taker != null) {
                pipeline.addBefore(taker.name(), null, new PassedOver());
            }
            context.fireChannelRead(bytes);
            pipeline.remove(this);
        } else {
            bytes.release();
        }
    }

    /** Removes the offer, which only the first request of a connection can make. */
    private static final class PassedOver extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest request) {
                request.headers().remove(HttpHeaderNames.UPGRADE);
                context.pipeline().remove(this);
            }
            context.fireChannelRead(message);
        }
    }
}
