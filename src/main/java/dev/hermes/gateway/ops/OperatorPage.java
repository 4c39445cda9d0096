package dev.hermes.gateway.ops;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;

/**
 * The page at {@code /} of the management port, which shows people what the other paths answer to programs. Its three
 * files hold no data and need no key: the person types the key, and the page sends it with what it asks. Nothing from
 * elsewhere runs or loads in it, no text becomes markup, and no other page may frame it.
 */
final class OperatorPage {

    private static final Map<String, String> FILES = Map.of(
            "index.html", "text/html; charset=utf-8",
            "operator.css", "text/css; charset=utf-8",
            "operator.js", "text/javascript; charset=utf-8");

    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
            + " require-trusted-types-for 'script'; trusted-types 'none'";

    private OperatorPage() {}

    static void addTo(Router router) {
        FILES.forEach((name, type) -> {
            Buffer content = read(name);
            String path = name.equals("index.html") ? "/" : "/" + name;
            router.route(path)
                    .method(HttpMethod.GET)
                    .method(HttpMethod.HEAD)
                    // Never stored, so that the page and the gateway that it asks are of one version.
                    .handler(context -> context.response()
                            .putHeader(HttpHeaders.CONTENT_TYPE, type)
                            .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                            .putHeader("Content-Security-Policy", POLICY)
                            .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                            .putHeader("Cross-Origin-Resource-Policy", "same-origin")
                            .putHeader("Referrer-Policy", "no-referrer")
                            .putHeader("X-Content-Type-Options", "nosniff")
                            .end(content));
            router.route(path).handler(context -> ManagementRoutes.wrongMethod(context, "GET, HEAD"));
        });
    }

    /** Below the gateway's own name: an application around it has resources, too. */
    private static Buffer read(String name) {
        String path = "/dev/hermes/gateway/operator/" + name;
        try (InputStream file = Objects.requireNonNull(OperatorPage.class.getResourceAsStream(path), path)) {
            return Buffer.buffer(file.readAllBytes());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
