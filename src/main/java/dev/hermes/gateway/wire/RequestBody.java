package dev.hermes.gateway.wire;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds out from a request's head whether a body follows, and answers requests whose body is not read. */
public final class RequestBody {

    /** A rest of up to this size is cheaper to read than to refuse. */
    private static final long LITTLE_BYTES = 64 * 1_024;

    private static final Set<HttpMethod> WITHOUT = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private RequestBody() {}

    /** Whether the head announces a body. */
    public static boolean announced(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null) {
            return !length.equals("0");
        }
        return request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                || (request.version() == HttpVersion.HTTP_2 && !WITHOUT.contains(request.method()));
    }

    /** Whether the rest of the body may be too large to be read and discarded. */
    public static boolean muchToCome(HttpServerRequest request) {
        if (request.isEnded() || !announced(request)) {
            return false;
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        // RFC 9110 §8.6 sets no bound for this number.
        return length == null || length.length() > 18 || Long.parseLong(length) > LITTLE_BYTES;
    }

    /**
     * Answers a request whose body is not read to its end. With HTTP/1 this ends the connection (RFC 9112 §9.3),
     * which is announced in the head and by a half-close (§9.6), since reading and discarding hundreds of megabytes
     * would cost more. What the client goes on sending fills its own buffers until {@link ConnectionSweep} closes the
     * connection.
     */
    public static void refuse(HttpServerRequest request, String answer) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().end(answer);
            return;
        }
        Channel channel = ConnectionSweep.channelOf(request.connection());
        if (channel != null) {
            // Not by pausing the request: Vert.x would keep the data already read, and never release it.
            channel.config().setAutoRead(false);
        }
        request.response()
                .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                .end(answer)
                .onSuccess(sent -> halfClose(request, channel));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // A failure means a closed channel.
    private static void halfClose(HttpServerRequest request, @Nullable Channel channel) {
        if (channel instanceof DuplexChannel duplex && !request.isSSL()) {
            duplex.shutdownOutput();
        }
    }
}
