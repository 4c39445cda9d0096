package dev.hermes.gateway.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Objects;

/**
 * Serves a page for watching events, at {@code /}. Its files contain nothing secret: the page requests what it
 * shows with the token of its user. No content from elsewhere runs or loads in it, and no other page may frame
 * it.
 */
final class PageRoutes {

    private static final String SCRIPT = "text/javascript; charset=utf-8";

    static final Map<String, String> FILES = Map.ofEntries(
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

    static void addTo(Router router, Map<String, BrowserRoutes.BrowserFile> files) {
        FILES.forEach((name, type) -> {
            BrowserRoutes.BrowserFile file = Objects.requireNonNull(files.get("page/" + name));
            BrowserRoutes.answer(
                    router, name.equals("index.html") ? "/" : "/page/" + name, context -> serve(context, file, type));
        });
        // In the demo, another route answers this path first, with a token.
        BrowserRoutes.answer(router, "/page/access.json", context -> {
            guard(context.response());
            context.response()
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .end("{\"demo\":false}");
        });
    }

    private static void serve(RoutingContext context, BrowserRoutes.BrowserFile file, String type) {
        guard(context.response());
        BrowserRoutes.serve(context, file, type);
    }

    private static void guard(HttpServerResponse response) {
        response.putHeader("Content-Security-Policy", POLICY)
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Referrer-Policy", "no-referrer");
    }
}
