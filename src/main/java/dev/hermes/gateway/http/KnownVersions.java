package dev.hermes.gateway.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

/**
 * Makes a request of HTTP/1 that names a version which does not exist one that cannot be read. Vert.x would answer it in that
 * very version, whatever the client wrote there; RFC 9110 §2.5 has a server answer in one of its own.
 */
final class KnownVersions extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request && !known(request.protocolVersion())) {
            request.setDecoderResult(
                    DecoderResult.failure(new IllegalArgumentException("version " + request.protocolVersion())));
            request.setProtocolVersion(HttpVersion.HTTP_1_1);
        }
        context.fireChannelRead(message);
    }

    private static boolean known(HttpVersion version) {
        return version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0);
    }
}
