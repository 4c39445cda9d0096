package dev.hermes.gateway;

import dev.hermes.gateway.dev.EmbeddedRedis;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The demo's page, and the buttons on it that break things. The page's files are small, so they are read once and kept.
 */
final class DemoRoutes {

    private static final String STREAM = "/api/v1/events/stream";
    private static final int BEFORE_ALL = -1;

    private static final Map<String, String> FILES = Map.of(
            "index.html", "text/html; charset=utf-8",
            "demo.css", "text/css; charset=utf-8",
            "demo.js", "text/javascript; charset=utf-8",
            "downloads.js", "text/javascript; charset=utf-8",
            "format.js", "text/javascript; charset=utf-8",
            "journal.js", "text/javascript; charset=utf-8",
            "resume.js", "text/javascript; charset=utf-8",
            "stream.js", "text/javascript; charset=utf-8",
            "icon.svg", "image/svg+xml");

    private final EmbeddedRedis redis;
    private final String token;

    /** Connections that carry a stream, of all event loops. */
    private final Set<HttpConnection> streaming = ConcurrentHashMap.newKeySet();

    DemoRoutes(EmbeddedRedis redis, String token) {
        this.redis = redis;
        this.token = token;
    }

    void addTo(Router router) {
        router.get(STREAM).order(BEFORE_ALL).handler(this::remember);
        FILES.forEach((name, type) -> {
            Buffer content = read(name);
            router.route(name.equals("index.html") ? "/" : "/" + name)
                    .method(HttpMethod.GET)
                    .method(HttpMethod.HEAD)
                    .handler(context -> serve(context, type, content));
        });
        router.get("/demo/token").handler(this::token);
        router.post("/demo/cut").handler(this::cut);
        router.post("/demo/redis").handler(this::restartRedis);
    }

    /** A line that shows the same stream in a terminal. */
    static String curl(String address, String token) {
        return "curl -N '" + address + STREAM + "?token=" + token + "'";
    }

    private void remember(RoutingContext context) {
        HttpConnection connection = context.request().connection();
        if (streaming.add(connection)) {
            context.response().endHandler(ended -> streaming.remove(connection));
        }
        context.next();
    }

    private void token(RoutingContext context) {
        String address = context.request().scheme() + "://" + context.request().authority();
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(new JsonObject()
                        .put("token", token)
                        .put("streamUrl", STREAM)
                        .put("curl", curl(address, token))
                        .put("actions", new JsonArray().add("cut").add("redis"))
                        .encode());
    }

    /** As a network would: without a word. */
    private void cut(RoutingContext context) {
        streaming.forEach(HttpConnection::close);
        streaming.clear();
        context.response().setStatusCode(204).end();
    }

    private void restartRedis(RoutingContext context) {
        Vertx vertx = context.vertx();
        vertx.executeBlocking(() -> {
                    redis.restart();
                    return null;
                })
                .onSuccess(done -> context.response().setStatusCode(204).end())
                .onFailure(context::fail);
    }

    private static void serve(RoutingContext context, String type, Buffer content) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer")
                .end(content);
    }

    private static Buffer read(String name) {
        try (InputStream file = DemoRoutes.class.getResourceAsStream("/demo/" + name)) {
            if (file == null) {
                throw new IllegalStateException("the jar lacks demo/" + name);
            }
            return Buffer.buffer(file.readAllBytes());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
