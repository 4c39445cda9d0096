package dev.hermes.gateway.contract;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client's files and {@code /hermes-events-config.js}. */
class BrowserFilesTest {

    private static final String ORIGIN = "https://app.example";
    private static final int MOST_BYTES = 8_700;
    private static final String AMPERSAND = "/api/v1?a&amp;b";

    @AutoClose
    private static final RunningGateway GATEWAY = RunningGateway.with("HERMES_ALLOWED_ORIGINS", ORIGIN)
            .with("VITE_SSE_ENABLED", true)
            .with("VITE_API_BASE_URL", "https://api.example/v1")
            .with("HERMES_SSE_HEARTBEAT_INTERVAL", 7)
            .startWithoutRedis();

    @AutoClose
    private static final RunningGateway OFF = RunningGateway.with("HERMES_ENABLE_SSE", false)
            .with("VITE_API_BASE_URL", AMPERSAND)
            .startWithoutRedis();

    @ParameterizedTest
    @CsvSource({
        "/hermes-events.js, text/javascript; charset=utf-8",
        "/hermes-events.js.map, application/json",
        "/hermes-events.d.ts, text/plain; charset=utf-8",
        "/hermes-events-react.js, text/javascript; charset=utf-8",
        "/hermes-events-react.d.ts, text/plain; charset=utf-8"
    })
    void aFileIsServedToAnybodyAndAskedAboutEachTime(String path, String type) {
        Http.Answer answer = get(path);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo(type);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-cache");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.body()).contains("export");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/page/page.js", "/page/access.json"})
    void thereIsNoPageUnlessItIsConfigured(String path) {
        assertThat(get(path).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "W/%s", "\"other\", %s", "*"})
    void whatIsKnownAlreadyIsNotSentAgain(String form) {
        String tag = Objects.requireNonNull(get("/hermes-events.js").header("ETag"));

        Http.Answer again = get("/hermes-events.js", "If-None-Match: " + form.formatted(tag));

        assertThat(again.status()).isEqualTo(304);
        assertThat(again.header("ETag")).isEqualTo(tag);
        assertThat(again.body()).isEmpty();
    }

    /** What comes compressed is another representation, with a tag of its own. */
    @ParameterizedTest
    @CsvSource({
        "'gzip, deflate, br, zstd', br",
        "'br;q=0, gzip', gzip",
        "'gzip;q=1.0, BR ; q=0.5', br",
        "gzip;q=0.5, gzip",
        "gzip;q=0,",
        "identity,",
        "'brotli, gzipped',"
    })
    void aFileComesCompressedToWhoTakesIt(String accepted, @Nullable String encoding) {
        String path = "/hermes-events.js";

        Http.Answer head = Http.request(GATEWAY.port(), "HEAD", path, null, "Accept-Encoding: " + accepted);

        assertThat(head.header("Content-Encoding")).isEqualTo(encoding);
        assertThat(head.header("Vary")).contains("accept-encoding");
        assertThat(head.header("ETag")).matches("\"[0-9a-f]{16}" + (encoding == null ? "" : "-" + encoding) + "\"");
        assertThat(get(path, "If-None-Match: " + head.header("ETag")).status()).isEqualTo(304);
    }

    @Test
    void whatHasChangedIsSent() {
        assertThat(get("/hermes-events.js", "If-None-Match: \"0123456789abcdef\"")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hermes-events.js", "/hermes-events-config.js", "/config.js"})
    void otherPagesMayLoadThem(String path) {
        assertThat(get(path, "Origin: " + ORIGIN).header("Access-Control-Allow-Origin"))
                .isEqualTo(ORIGIN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hermes-events.js", "/hermes-events-config.js", "/config.js"})
    void theyAreThereToBeReadOnly(String path) {
        Http.Answer answer = Http.request(GATEWAY.port(), "POST", path, "{}");

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).isEqualTo("GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hermes-events.js", "/hermes-events-config.js", "/config.js"})
    void theirHeadComesWithoutThem(String path) {
        Http.Answer head = Http.request(GATEWAY.port(), "HEAD", path, null);

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Type")).isEqualTo("text/javascript; charset=utf-8");
        assertThat(head.body()).isEmpty();
    }

    @Test
    void theClientIsSmall() throws IOException {
        assertThat(gzipped(get("/hermes-events.js").body())).isLessThanOrEqualTo(MOST_BYTES);
    }

    @Test
    void itsMapHoldsTheModulesItIsMadeFrom() throws IOException {
        JsonObject map = new JsonObject(get("/hermes-events.js.map").body());
        JsonArray texts = map.getJsonArray("sourcesContent");

        assertThat(get("/hermes-events.js").body()).endsWith("\n//# sourceMappingURL=hermes-events.js.map\n");
        assertThat(map.getJsonArray("sources")).hasSameSizeAs(texts).hasSizeGreaterThan(1);
        for (int source = 0; source < texts.size(); source++) {
            Path file = Path.of(map.getJsonArray("sources").getString(source)).getFileName();
            assertThat(texts.getString(source))
                    .isEqualTo(Files.readString(Path.of("src/main/js").resolve(file)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hermes-events-config.js", "/config.js"})
    void theSettingsAreNeverKept(String path) {
        Http.Answer answer = get(path);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("text/javascript; charset=utf-8");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void theSettingsNameFlagsBaseHeartbeatAndChannels() {
        JsonObject settings = settings(get("/hermes-events-config.js"));

        assertThat(settings.getBoolean("VITE_SSE_ENABLED")).isTrue();
        assertThat(settings.getString("VITE_API_BASE_URL")).isEqualTo("https://api.example/v1");
        assertThat(settings.getBoolean("enabled")).isTrue();
        assertThat(settings.getInteger("heartbeat_interval")).isEqualTo(7);
        assertThat(settings.getJsonObject("channels").fieldNames())
                .containsExactly(
                        "download:updates",
                        "queue:updates",
                        "stats:updates",
                        "system:notifications",
                        "analytics:updates",
                        "storage:updates");
        assertThat(settings.getJsonObject("channels").getJsonObject("download:updates"))
                .isEqualTo(new JsonObject()
                        .put("type", "download_progress")
                        .put("scope", "download:<id>")
                        .put("key", "download_id")
                        .put("filters", new JsonArray().add("download_id").add("status"))
                        .put("route", "downloads")
                        .put("on_connect", "snapshot"));
    }

    @Test
    void theSettingsTellTheServersFlagApartFromThePages() {
        JsonObject settings = settings(Http.request(OFF.port(), "GET", "/hermes-events-config.js", null));

        assertThat(settings.getBoolean("VITE_SSE_ENABLED")).isFalse();
        assertThat(settings.getBoolean("enabled")).isFalse();
    }

    @Test
    void nothingInTheSettingsEndsAScriptOrALine() {
        Http.Answer answer = Http.request(OFF.port(), "GET", "/hermes-events-config.js", null);

        assertThat(answer.body()).doesNotContain("<", ">", "&", "\u2028", "\u2029");
        assertThat(settings(answer).getString("VITE_API_BASE_URL")).isEqualTo(AMPERSAND);
        assertThat(answer.body()).contains(json("'scope':'download:\\u003cid\\u003e'"));
    }

    /** Hermes' own page reads its settings from a script of this name. */
    @Test
    void theNameThatHermesUsesSetsWhatHermesReadsToo() {
        String ours = get("/hermes-events-config.js").body();

        assertThat(get("/config.js").body())
                .isEqualTo(ours + "globalThis.__RUNTIME_CONFIG__ = "
                        + json("{'API_BASE_URL':'https://api.example/v1'};\n"));
    }

    private static Http.Answer get(String path, String... headers) {
        return Http.request(GATEWAY.port(), "GET", path, null, headers);
    }

    private static JsonObject settings(Http.Answer answer) {
        String script = answer.body();
        assertThat(script).startsWith("globalThis.__HERMES__ = {").endsWith("};\n");
        return new JsonObject(script.substring(script.indexOf('{'), script.lastIndexOf('}') + 1));
    }

    private static int gzipped(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes) {
            {
                def.setLevel(Deflater.BEST_COMPRESSION);
            }
        }) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.size();
    }
}
