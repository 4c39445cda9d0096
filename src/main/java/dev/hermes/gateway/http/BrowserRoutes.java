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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Serves what a web page needs to receive events: the client's files, and {@code /hermes-events-config.js} with the
 * settings of this deployment. Needs no credential, since none of it is secret.
 */
final class BrowserRoutes {

    private static final String CONFIG = "/hermes-events-config.js";

    /** The name under which Hermes' own page loads its settings; used where this port serves that page too. */
    private static final String CONFIG_ALIAS = "/config.js";

    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String NO_SNIFFING = "X-Content-Type-Options";

    private static final Map<String, String> FILES = Map.of(
            "hermes-events.js", SCRIPT,
            "hermes-events.js.map", JSON,
            "hermes-events.d.ts", TEXT,
            "hermes-events-react.js", SCRIPT,
            "hermes-events-react.d.ts", TEXT);

    private final Settings settings;
    private final SseFlag flag;
    private final Map<String, BrowserFile> files;

    /** @param files as {@link #read} has them */
    BrowserRoutes(Settings settings, SseFlag flag, Map<String, BrowserFile> files) {
        this.settings = settings;
        this.flag = flag;
        this.files = files;
    }

    /** The files to serve, by their path from the gateway's own folder. Reads and compresses: not for an event loop. */
    static Map<String, BrowserFile> read(Settings.Browser settings) {
        Stream<String> client = FILES.keySet().stream().map(name -> "browser/" + name);
        Stream<String> page =
                settings.ownPage() ? PageRoutes.FILES.keySet().stream().map(name -> "page/" + name) : Stream.of();
        return Stream.concat(client, page).collect(Collectors.toUnmodifiableMap(path -> path, BrowserFile::of));
    }

    void addTo(Router router) {
        FILES.forEach((name, type) -> {
            BrowserFile file = Objects.requireNonNull(files.get("browser/" + name));
            answer(router, "/" + name, context -> serve(context, file, type));
        });
        if (settings.browser().ownPage()) {
            PageRoutes.addTo(router, files);
        }
        answer(router, CONFIG, context -> script(context, ours()));
        answer(router, CONFIG_ALIAS, context -> script(context, ours() + hermes()));
    }

    static void answer(Router router, String path, Handler<RoutingContext> handler) {
        router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(handler);
        router.route(path).handler(context -> {
            context.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
            Answers.problem(context, Problem.of(405, "Method Not Allowed"));
        });
    }

    /**
     * Serves a file. Browsers may store it but must revalidate each time, so that a page and its gateway have the
     * same version.
     */
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

    /** Serves text that works both as a script and as a module. Never cached, since the flag may change at any time. */
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

    /** The values of a channel, in the words of the catalogue file. */
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

    /**
     * JSON that can also be embedded in a page: nothing in it ends a script element, begins a comment or breaks a
     * line.
     */
    private static String embeddable(JsonObject values) {
        return values.encode()
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026")
                .replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029");
    }

    /**
     * A file for browsers, read from the jar once.
     *
     * @param forms its representations, the smallest first; the last one is the file itself
     */
    record BrowserFile(List<Form> forms) {

        private static final int TAG_BYTES = 8;

        /** Below the gateway's own name: an application around it has resources, too. */
        private static final String OWN_FOLDER = "/dev/hermes/gateway/";

        /** Matches a weight that forbids a coding (RFC 9110 §12.4.2). */
        private static final Pattern FORBIDDEN = Pattern.compile("\\s*q=0(\\.0*)?\\s*");

        /**
         * @param coding the {@code Content-Encoding} (RFC 9110 §8.4.1), null for none
         * @param tag the entity tag with its quotes; each representation needs its own (RFC 9110 §8.8.3.3)
         */
        record Form(@Nullable String coding, Buffer content, String tag) {}

        /**
         * @param path from the gateway's own folder, such as {@code browser/hermes-events.js}; the build may have added a
         *     file compressed with Brotli beside it, with the suffix {@code .br}
         */
        static BrowserFile of(String path) {
            byte[] bytes = read(path);
            if (bytes == null) {
                throw new IllegalStateException("the jar lacks " + path);
            }
            String tag = tag(bytes);
            List<Form> forms = new ArrayList<>();
            byte[] brotli = read(path + ".br");
            if (brotli != null) {
                forms.add(new Form("br", Buffer.buffer(brotli), "\"" + tag + "-br\""));
            }
            forms.add(new Form("gzip", gzip(bytes), "\"" + tag + "-gzip\""));
            forms.add(new Form(null, Buffer.buffer(bytes), "\"" + tag + "\""));
            return new BrowserFile(List.copyOf(forms));
        }

        private static byte @Nullable [] read(String path) {
            try (InputStream file = BrowserFile.class.getResourceAsStream(OWN_FOLDER + path)) {
                return file == null ? null : file.readAllBytes();
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }

        private static String tag(byte[] bytes) {
            try {
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, TAG_BYTES);
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException("every Java has SHA-256", impossible);
            }
        }

        private static Buffer gzip(byte[] bytes) {
            ByteArrayOutputStream compressed = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(compressed) {
                {
                    def.setLevel(Deflater.BEST_COMPRESSION);
                }
            }) {
                out.write(bytes);
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
            return Buffer.buffer(compressed.toByteArray());
        }

        /** The smallest representation whose coding {@code Accept-Encoding} names and does not forbid. */
        Form formFor(@Nullable String acceptEncoding) {
            List<String> accepted = acceptEncoding == null
                    ? List.of()
                    : Arrays.stream(acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1))
                            .map(given -> given.split(";", 2))
                            .filter(given -> given.length == 1
                                    || !FORBIDDEN.matcher(given[1]).matches())
                            .map(given -> given[0].strip())
                            .toList();
            return forms.stream()
                    .filter(form -> form.coding() == null || accepted.contains(form.coding()))
                    .findFirst()
                    .orElseThrow();
        }

        /**
         * Whether {@code If-None-Match} names this file. Compared weakly (RFC 9110 §13.1.2), since proxies that
         * compress weaken tags.
         */
        boolean isMeantBy(@Nullable String ifNoneMatch) {
            return ifNoneMatch != null
                    && Arrays.stream(ifNoneMatch.split(",", -1))
                            .map(given -> given.strip().replaceFirst("^W/", ""))
                            .anyMatch(given -> given.equals("*")
                                    || forms.stream().map(Form::tag).anyMatch(given::equals));
        }
    }
}
