package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that a crowd of clients far behind, which read nothing, does not leave without memory for frames. */
class FrameMemoryIT {

    private static final String QUEUE = "/api/v1/events/queue";

    /** The memory outside the heap holds some 40 of these. */
    private static final int LARGE = 1_000_000;

    private static final int MISSED = 300_000;
    private static final int CROWD = 200;

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    private Path temporary;

    @Test
    void whoReadsMissesNothingWhileACrowdReadsNothing() {
        Map<String, String> settings = Map.of(
                "HERMES_SECRET_KEY",
                RunningGateway.SECRET_KEY,
                "HERMES_API_KEYS",
                RunningGateway.API_KEY,
                "HERMES_ENABLE_SSE",
                "true",
                "HERMES_REDIS_URL",
                "none",
                "HERMES_SSE_STALL_TIMEOUT",
                "300");
        List<SseConnection> unread = new ArrayList<>();
        try (RunningJar gateway =
                        RunningJar.startWith(List.of("-Xmx256m", "-XX:MaxDirectMemorySize=48m"), temporary, settings);
                SseConnection reading = SseConnection.open(gateway.port(), QUEUE, JarSettings.CREDENTIAL)) {
            String start = reading.next("connected").position();
            for (int event = 0; event < 40; event++) {
                publish(gateway, event, MISSED);
                assertThat(reading.nextLogged().data()).contains(numbered(event));
            }
            for (int client = 0; client < CROWD; client++) {
                unread.add(SseConnection.openUnread(
                        gateway.port(), QUEUE, JarSettings.CREDENTIAL, "Last-Event-ID: " + start));
            }
            await().atMost(PATIENCE).until(() -> stalled(gateway) >= CROWD / 4);
            for (int event = 40; event < 60; event++) {
                publish(gateway, event, LARGE);
            }
            for (int event = 40; event < 60; event++) {
                assertThat(reading.nextLogged().data()).contains(numbered(event));
            }
            assertThat(gateway.process().lines()).noneMatch(line -> line.contains("memory"));
        } finally {
            unread.forEach(SseConnection::close);
        }
    }

    private static double stalled(RunningJar gateway) {
        return RunningJar.get(gateway.managementPort(), "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("hermes_streams_stalled "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }

    private static void publish(RunningJar gateway, int number, int length) {
        JsonObject event = new JsonObject()
                .put("channel", "queue:updates")
                .put("type", "queue_update")
                .put("data", new JsonObject().put("number", number).put("text", "x".repeat(length)));
        assertThat(HttpCall.withApiKey(gateway.port(), "POST", "/api/v1/events/publish", event.encode())
                        .statusCode())
                .isEqualTo(202);
    }

    private static String numbered(int event) {
        return "\"number\":" + event + ",";
    }
}
