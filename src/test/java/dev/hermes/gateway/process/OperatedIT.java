package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator does with a running process: ask for its settings, change what it logs, have them read again. */
class OperatedIT {

    private static final String KEY = "the-operators-key";
    private static final String SECRET = "a-secret-key-that-nobody-may-see-anywhere-0123456789";

    @TempDir
    Path temporary;

    private Path file;
    private RunningJar gateway;

    @BeforeEach
    void start() throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("conf"));
        file = folder.resolve("gateway.properties");
        write("HERMES_ENABLE_SSE=true", "HERMES_API_KEYS=" + KEY);
        gateway = RunningJar.start(
                temporary,
                Map.of("HERMES_CONF", folder.toString(), "HERMES_REDIS_URL", "none", "HERMES_SECRET_KEY", SECRET));
        gateway.port();
    }

    @AfterEach
    void end() {
        gateway.close();
    }

    @Test
    void everySettingIsToldWithWhereItCameFromAndNoSecret() {
        String answer = ask("GET", "/settings", "").body();

        assertThat(settings(answer))
                .containsEntry("HERMES_ENABLE_SSE", "true from gateway.properties")
                .containsEntry("HERMES_REDIS_URL", "none from environment")
                .containsEntry("HERMES_SSE_HEARTBEAT_INTERVAL", "30 from default")
                .containsEntry("HERMES_SECRET_KEY", "*** from environment")
                .containsEntry("HERMES_API_KEYS", "*** from gateway.properties");
        assertThat(answer).doesNotContain(SECRET, KEY);
    }

    @Test
    void theLevelOfTheLogCanBeChanged() {
        assertThat(new JsonObject(ask("GET", "/log-level", "").body()).getString("level"))
                .isEqualTo("info");

        assertThat(ask("PUT", "/log-level", "{\"level\":\"debug\"}").statusCode())
                .isEqualTo(200);

        try (SseConnection stream = openStream()) {
            stream.next("connected");
            gateway.process().await("DEBUG StreamLog stream opened");
        }
        assertThat(ask("PUT", "/log-level", "{\"level\":\"loud\"}").statusCode())
                .isEqualTo(400);
        assertThat(ask("PUT", "/log-level", "loud").statusCode()).isEqualTo(400);
        assertThat(ask("PUT", "/log-level", "{\"level\":\"info\",\"logger\":\"io.netty\"}")
                        .statusCode())
                .as("what is not understood is not left out")
                .isEqualTo(400);
        assertThat(new JsonObject(ask("GET", "/log-level", "").body()).getString("level"))
                .isEqualTo("debug");
    }

    @Test
    void aHangUpReadsTheSettingsAgainAndCutsNoStream() throws IOException {
        try (SseConnection stream = openStream()) {
            stream.next("connected");
            write("HERMES_ENABLE_SSE=true", "HERMES_API_KEYS=" + KEY, "HERMES_LOG_LEVEL=debug", "HERMES_PAGE=true");

            gateway.process().signal("HUP");

            gateway.process()
                    .await("settings were read again signal=SIGHUP sse=on log_level=DEBUG"
                            + " waiting_for_a_restart=HERMES_PAGE");
            publish("still here");
            assertThat(stream.nextEvent().data()).contains("still here");
        }
    }

    @Test
    void aHangUpWithAnInvalidSettingChangesNothingAndNamesIt() throws IOException {
        write("HERMES_ENABLE_SSE=true", "HERMES_API_KEYS=" + KEY, "HERMES_DEBUG=true", "HERMES_CONFLATE_AFTER=some");

        gateway.process().signal("HUP");

        gateway.process().await("all stays as it is .*HERMES_CONFLATE_AFTER");
        assertThat(new JsonObject(ask("GET", "/log-level", "").body()).getString("level"))
                .isEqualTo("info");
    }

    @Test
    void theFirstLineSaysWhatRunsAndTheLastWhatWasServed() {
        gateway.process()
                .await("gateway started port=\\d+ management_port=\\d+ sse=on history=MEMORY redis=none channels=6 .*"
                        + " version=\\d\\S+ max_connections=1000 descriptors=\\d+ warm_up_streams=0 warm_up_events=0"
                        + " settings=\"HERMES_ENABLE_SSE=true .*"
                        + "HERMES_SECRET_KEY=\\*\\*\\* .*\" jvm_flags=\"further -Djava.io.tmpdir\"");
        try (SseConnection stream = openStream()) {
            stream.next("connected");
            publish("one");
            stream.nextEvent();
        }

        gateway.process().signal("TERM");

        gateway.process().await("gateway served streams=1 events=1 seconds=\\d+");
        assertThat(gateway.process().awaitExit(Duration.ofSeconds(30))).isZero();
    }

    @Test
    void theLastWarningsAreTold() throws IOException {
        JsonObject before = new JsonObject(ask("GET", "/warnings", "").body());

        gateway.process().signal("HUP");
        gateway.process().await("settings were read again");
        assertThat(new JsonObject(ask("GET", "/warnings", "").body())).isEqualTo(before);

        write("HERMES_ENABLE_SSE=true", "HERMES_API_KEYS=" + KEY, "HERMES_CONFLATE_AFTER=some");
        gateway.process().signal("HUP");
        gateway.process().await("all stays as it is .*HERMES_CONFLATE_AFTER");

        JsonObject now = new JsonObject(ask("GET", "/warnings", "").body());
        assertThat(now.getInteger("logged")).isGreaterThan(before.getInteger("logged"));
        assertThat(now.getJsonArray("warnings").encode()).contains("HERMES_CONFLATE_AFTER");
        assertThat(HttpCall.get(gateway.managementPort(), "/warnings").statusCode())
                .isEqualTo(401);
    }

    @Test
    void aLineOfAStreamInJsonHasAFieldForItsRequestId() throws IOException {
        gateway.close();
        gateway = RunningJar.start(
                Files.createDirectory(temporary.resolve("json")),
                Map.of(
                        "HERMES_CONF",
                        temporary.resolve("conf").toString(),
                        "HERMES_REDIS_URL",
                        "none",
                        "HERMES_LOG_FORMAT",
                        "json",
                        "HERMES_SECRET_KEY",
                        SECRET));
        int port = Integer.parseInt(gateway.process()
                .await("\"message\":\"gateway started\".*?\"port\":(\\d+)")
                .group(1));
        try (SseConnection stream = SseConnection.open(
                port, "/api/v1/events/queue", "Authorization: Bearer " + KEY, "X-Request-Id: of-the-proxy.1")) {
            stream.next("connected");
        }
        HttpCall.get(port, "/api/v1/events/queue", "X-Request-Id", "of-the-proxy.2");

        gateway.process().await("\\{.*\"message\":\"stream closed\".*\"request_id\":\"of-the-proxy.1\".*}");
        gateway.process().await("\\{.*\"message\":\"stream refused\".*\"request_id\":\"of-the-proxy.2\".*}");
    }

    private void write(String... lines) throws IOException {
        Files.write(file, List.of(lines));
    }

    private SseConnection openStream() {
        return SseConnection.open(gateway.port(), "/api/v1/events/queue", "Authorization: Bearer " + KEY);
    }

    private void publish(String text) {
        HttpResponse<String> answer = HttpCall.withJson(
                gateway.port(),
                "POST",
                "/api/v1/events/publish",
                new JsonObject()
                        .put("channel", "queue:updates")
                        .put("type", "queue_update")
                        .put("data", new JsonObject().put("text", text))
                        .encode(),
                "Bearer " + KEY);
        assertThat(answer.statusCode()).isEqualTo(202);
    }

    private HttpResponse<String> ask(String method, String path, String body) {
        return HttpCall.withJson(gateway.managementPort(), method, path, body, "Bearer " + KEY);
    }

    private static Map<String, String> settings(String answer) {
        return new JsonObject(answer)
                .getJsonArray("settings").stream()
                        .map(JsonObject.class::cast)
                        .collect(Collectors.toMap(
                                setting -> setting.getString("name"),
                                setting -> setting.getString("value") + " from " + setting.getString("from")));
    }
}
