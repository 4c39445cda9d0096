package dev.hermes.gateway.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
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

    /**
     * Bytes that are no HTTP any more, such as an extension of a chunk that is none, end the connection. Vert.x would tell a
     * request that still waits behind an answer, and stumble over it.
     */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // Closed is told to everybody who wants to know.
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof DecoderException) {
            context.close();
        } else {
            context.fireExceptionCaught(cause);
        }
    }

    /** The very objects: Netty has equal ones for a name in any case, and Vert.x does not know those. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean known(HttpVersion version) {
        return version == HttpVersion.HTTP_1_1 || version == HttpVersion.HTTP_1_0;
    }
}
