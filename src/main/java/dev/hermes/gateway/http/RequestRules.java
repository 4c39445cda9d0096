package dev.hermes.gateway.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/** Checks rules of RFC 9112 for request heads that the parser does not check. */
final class RequestRules {

    private RequestRules() {}

    /** Whether the request must not be served and its connection not be used any further. */
    static boolean broken(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            return false;
        }
        String coding = request.getHeader(HttpHeaders.TRANSFER_ENCODING);
        if (coding != null) {
            // §6.1: HTTP/1.0 has no transfer codings. §6.3: with any coding but chunked the end of the body is
            // unknown.
            return request.version() == HttpVersion.HTTP_1_0 || !coding.strip().equalsIgnoreCase("chunked");
        }
        // §3.2: a missing host is answered by the router.
        return request.headers().getAll(HttpHeaders.HOST).size() > 1;
    }

    /**
     * Whether the connection must end with the answer. §6.1 requires this for a request with both a length and a
     * coding. The parser has already dropped the length, so it applies to every coding, which few clients use.
     */
    static boolean last(HttpServerRequest request) {
        return request.version() != HttpVersion.HTTP_2 && request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    }
}
