package dev.hermes.gateway.wire;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * Answers a request whose body is not read to its end: with HTTP/1 that is the end of the connection (RFC 9112 §9.3), told
 * in the head and by a half-close (§9.6), since to take in hundreds of megabytes for nothing would be the dearer way. What
 * the client goes on sending fills its own buffers until {@link ConnectionSweep} closes the connection.
 */
public final class RefusedBody {

    private RefusedBody() {}

    public static void end(HttpServerRequest request, String answer) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().end(answer);
            return;
        }
        Channel channel = ConnectionSweep.channelOf(request.connection());
        if (channel != null) {
            // Not by a pause of the request: Vert.x would keep what has been read, and never release it.
            channel.config().setAutoRead(false);
        }
        request.response()
                .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                .end(answer)
                .onSuccess(sent -> halfClose(request, channel));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // A failed one is a closed channel.
    private static void halfClose(HttpServerRequest request, @Nullable Channel channel) {
        if (channel instanceof DuplexChannel duplex && !request.isSSL()) {
            duplex.shutdownOutput();
        }
    }
}
