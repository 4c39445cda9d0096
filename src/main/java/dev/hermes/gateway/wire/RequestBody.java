package dev.hermes.gateway.wire;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a request's head says of its body. */
public final class RequestBody {

    /** So little is sooner read than refused. */
    private static final long LITTLE_BYTES = 64 * 1_024;

    private static final Set<HttpMethod> WITHOUT = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private RequestBody() {}

    /** Whether one is to come. */
    public static boolean announced(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null) {
            return !length.equals("0");
        }
        return request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                || (request.version() == HttpVersion.HTTP_2 && !WITHOUT.contains(request.method()));
    }

    /** Whether what is still to come of it may be too much to read it for nothing. */
    public static boolean muchToCome(HttpServerRequest request) {
        if (request.isEnded() || !announced(request)) {
            return false;
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        // RFC 9110 §8.6 has it a number without a bound.
        return length == null || length.length() > 18 || Long.parseLong(length) > LITTLE_BYTES;
    }

    /**
     * Answers a request whose body is not read to its end: with HTTP/1 that is the end of the connection (RFC 9112 §9.3), told
     * in the head and by a half-close (§9.6), since to take in hundreds of megabytes for nothing would be the dearer way. What
     * the client goes on sending fills its own buffers until {@link ConnectionSweep} closes the connection.
     */
    public static void refuse(HttpServerRequest request, String answer) {
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
