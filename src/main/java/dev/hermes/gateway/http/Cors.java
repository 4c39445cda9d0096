package dev.hermes.gateway.http;

import dev.hermes.gateway.config.Settings;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/**
 * Applies the cross-origin rules (WHATWG Fetch §3.2). A request from an origin that is not allowed is served without
 * these headers, and the browser keeps the answer from the page. Rejecting the request, as Vert.x' own handler does,
 * would break same-origin POST requests, which carry {@code Origin} too.
 */
final class Cors implements Handler<RoutingContext> {

    private static final String PREFLIGHT_SECONDS = "600";

    private final Set<String> allowedOrigins;
    private final boolean allowCredentials;

    Cors(Settings.Http settings) {
        this.allowedOrigins = settings.allowedOrigins();
        this.allowCredentials = settings.allowCredentials();
    }

    @Override
    public void handle(RoutingContext context) {
        MultiMap answer = context.response().headers();
        answer.set(HttpHeaders.VARY, "Origin");
        String origin = context.request().getHeader(HttpHeaders.ORIGIN);
        boolean allowed = origin != null && (allowedOrigins.contains(origin) || allowedOrigins.contains("*"));
        if (allowed) {
            // "*" itself is only sent where credentials are not allowed: the settings exclude the combination.
            answer.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, allowedOrigins.contains(origin) ? origin : "*");
            answer.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, "Last-Event-ID, Retry-After, X-Request-Id");
            if (allowCredentials) {
                answer.set(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
            }
        }
        if (isPreflight(context)) {
            if (allowed) {
                answer.set(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, DELETE, OPTIONS");
                answer.set(
                        HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS,
                        "Authorization, Content-Type, Last-Event-ID, X-Request-Id");
                answer.set(HttpHeaders.ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS);
            }
            context.response().setStatusCode(204).end();
        } else {
            context.next();
        }
    }

    private static boolean isPreflight(RoutingContext context) {
        return context.request().method().equals(HttpMethod.OPTIONS)
                && context.request().headers().contains(HttpHeaders.ORIGIN)
                && context.request().headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD);
    }
}
