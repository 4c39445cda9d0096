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
 * Passes over a client's offer to go on in HTTP/2, as RFC 9110 §7.8 allows and RFC 9113 §3.1 has come to: whoever wants it
 * without TLS begins with it. Vert.x would take the offer, answer an odd one by a bare 400, and stumble over one without a
 * host before anybody else has seen the request.
 *
 * <p>Stands in front of a new connection until it is known which HTTP it speaks, then between the decoder and whoever would
 * take the offer, until the first request.
 */
final class NoUpgrade extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ChannelPipeline pipeline = context.pipeline();
        ByteBuf bytes = (ByteBuf) message;
        // By single bytes, since what follows that decision is still to be built, and read only after that.
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

    /** Only the first request of a connection can be such an offer. */
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
