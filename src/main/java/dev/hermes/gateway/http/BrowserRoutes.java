package dev.hermes.gateway.http;

import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.config.SseFlag;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;

/**
 * What a page needs to listen: the client's files, and {@code /hermes-events-config.js}, which tells it how this deployment
 * is set. No credential: none of it is secret.
 */
final class BrowserRoutes {

    private static final String CONFIG = "/hermes-events-config.js";

    /** The name that Hermes' own page loads its settings by: where this port serves that page too, it finds them here. */
    private static final String CONFIG_ALIAS = "/config.js";

    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String NO_SNIFFING = "X-Content-Type-Options";

    private final Settings settings;
    private final SseFlag flag;

    BrowserRoutes(Settings settings, SseFlag flag) {
        this.settings = settings;
        this.flag = flag;
    }

    void addTo(Router router) {
        file(router, "hermes-events.js", SCRIPT);
        file(router, "hermes-events.js.map", JSON);
        file(router, "hermes-events.d.ts", TEXT);
        file(router, "hermes-events-react.js", SCRIPT);
        file(router, "hermes-events-react.d.ts", TEXT);
        answer(router, CONFIG, context -> script(context, ours()));
        answer(router, CONFIG_ALIAS, context -> script(context, ours() + hermes()));
    }

    private static void file(Router router, String name, String type) {
        BrowserFile file = BrowserFile.of("browser/" + name);
        answer(router, "/" + name, context -> serve(context, file, type));
    }

    static void answer(Router router, String path, Handler<RoutingContext> handler) {
        router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(handler);
        router.route(path).handler(context -> {
            context.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
            Answers.problem(context, Problem.of(405, "Method Not Allowed"));
        });
    }

    /** May be kept, but is asked about each time: a page and its gateway are to be of one version. */
    static void serve(RoutingContext context, BrowserFile file, String type) {
        BrowserFile.Form form = file.formFor(context.request().getHeader(HttpHeaders.ACCEPT_ENCODING));
        context.response()
                .putHeader(HttpHeaders.ETAG, form.tag())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader(NO_SNIFFING, "nosniff")
                .headers()
                .add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        if (file.isMeantBy(context.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            context.response().setStatusCode(304).end();
        } else {
            context.response().putHeader(HttpHeaders.CONTENT_TYPE, type);
            if (form.coding() != null) {
                context.response().putHeader(HttpHeaders.CONTENT_ENCODING, form.coding());
            }
            context.response().end(form.content());
        }
    }

    /** A script and a module alike. The flag may change at any time, so nobody keeps it. */
    private static void script(RoutingContext context, String script) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, SCRIPT)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader(NO_SNIFFING, "nosniff")
                .end(Buffer.buffer(script));
    }

    private String ours() {
        return "globalThis.__HERMES__ = " + embeddable(values()) + ";\n";
    }

    private String hermes() {
        JsonObject values =
                new JsonObject().put("API_BASE_URL", settings.browser().apiBaseUrl());
        return "globalThis.__RUNTIME_CONFIG__ = " + embeddable(values) + ";\n";
    }

    private JsonObject values() {
        JsonObject channels = new JsonObject();
        settings.catalogue().channels().forEach((name, channel) -> channels.put(name, values(channel)));
        return new JsonObject()
                .put("VITE_SSE_ENABLED", settings.browser().sseEnabled())
                .put("VITE_API_BASE_URL", settings.browser().apiBaseUrl())
                .put("enabled", flag.enabled())
                .put(
                        "heartbeat_interval",
                        settings.streams().heartbeatInterval().toSeconds())
                .put("channels", channels);
    }

    /** In the words of the catalogue's file. */
    private static JsonObject values(Channel channel) {
        JsonObject values = new JsonObject()
                .put("type", channel.type())
                .put("scope", channel.scope().toString())
                .put("filters", new JsonArray(channel.filters()))
                .put(
                        "on_connect",
                        channel.onConnect().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        if (channel.keyField() != null) {
            values.put("key", channel.keyField());
        }
        if (channel.route() != null) {
            values.put("route", channel.route());
        }
        return values;
    }

    /** Also safe to be pasted into a page: nothing in it ends a script element, begins a comment or breaks a line. */
    private static String embeddable(JsonObject values) {
        return values.encode()
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026")
                .replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029");
    }
}
