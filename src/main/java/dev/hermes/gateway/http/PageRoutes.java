package dev.hermes.gateway.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;

/**
 * A page to watch events on, at {@code /}. Its files hold nothing that is secret: what it shows it asks for with the token
 * of whoever looks at it. Nothing from elsewhere runs or loads in it, and nothing else may frame it.
 */
final class PageRoutes {

    private static final String SCRIPT = "text/javascript; charset=utf-8";

    private static final Map<String, String> FILES = Map.ofEntries(
            Map.entry("index.html", "text/html; charset=utf-8"),
            Map.entry("page.css", "text/css; charset=utf-8"),
            Map.entry("icon.svg", "image/svg+xml"),
            Map.entry("access.js", SCRIPT),
            Map.entry("downloads.js", SCRIPT),
            Map.entry("format.js", SCRIPT),
            Map.entry("inspector.js", SCRIPT),
            Map.entry("latency.js", SCRIPT),
            Map.entry("page.js", SCRIPT),
            Map.entry("queue.js", SCRIPT),
            Map.entry("resume.js", SCRIPT),
            Map.entry("stats.js", SCRIPT),
            Map.entry("tap.js", SCRIPT),
            Map.entry("trials.js", SCRIPT));

    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
            + " require-trusted-types-for 'script'; trusted-types 'none'";

    private PageRoutes() {}

    static void addTo(Router router) {
        FILES.forEach((name, type) -> {
            BrowserFile file = BrowserFile.of("page/" + name);
            BrowserRoutes.answer(
                    router, name.equals("index.html") ? "/" : "/page/" + name, context -> serve(context, file, type));
        });
        // The demo answers here before, with a token.
        BrowserRoutes.answer(router, "/page/access.json", context -> {
            guard(context.response());
            context.response()
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .end("{\"demo\":false}");
        });
    }

    private static void serve(RoutingContext context, BrowserFile file, String type) {
        guard(context.response());
        BrowserRoutes.serve(context, file, type);
    }

    private static void guard(HttpServerResponse response) {
        response.putHeader("Content-Security-Policy", POLICY)
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Referrer-Policy", "no-referrer");
    }
}
