package dev.hermes.gateway.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

/**
 * Marks an HTTP/1 request with an unknown version as unreadable. Vert.x would answer in that same version, whatever
 * the client wrote; by RFC 9110 §2.5 a server answers in a version of its own.
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
     * Closes the connection on bytes that are not HTTP, such as an invalid chunk extension. Vert.x would pass the
     * failure to a request that still waits behind an answer, and fail itself.
     */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // The close is reported to everybody concerned.
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof DecoderException) {
            context.close();
        } else {
            context.fireExceptionCaught(cause);
        }
    }

    /** Compares by identity: Netty creates equal versions for a name in any case, and Vert.x does not know those. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean known(HttpVersion version) {
        return version == HttpVersion.HTTP_1_1 || version == HttpVersion.HTTP_1_0;
    }
}
