package dev.hermes.gateway.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/** What RFC 9112 says of a head, and the parser does not look at. */
final class RequestRules {

    private RequestRules() {}

    /** Whether the request must not be served, and its connection not be used any more. */
    static boolean broken(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            return false;
        }
        String coding = request.getHeader(HttpHeaders.TRANSFER_ENCODING);
        if (coding != null) {
            // §6.1: HTTP/1.0 knows none. §6.3: any other than chunked leaves open where the body ends.
            return request.version() == HttpVersion.HTTP_1_0 || !coding.strip().equalsIgnoreCase("chunked");
        }
        // §3.2: none is answered by the router.
        return request.headers().getAll(HttpHeaders.HOST).size() > 1;
    }

    /**
     * Whether the connection is to end with the answer. §6.1 asks it of a request with both a length and a coding; the parser
     * has dropped the length by now, so that it is done after each coding: few clients use one.
     */
    static boolean last(HttpServerRequest request) {
        return request.version() != HttpVersion.HTTP_2 && request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    }
}
