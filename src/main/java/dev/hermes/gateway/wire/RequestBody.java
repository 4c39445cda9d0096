package dev.hermes.gateway.wire;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Set;

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
}
