package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that runs out of descriptors or heap turns new streams away, keeps the open ones, and recovers by itself. */
class OverloadIT {

    private static final String QUEUE = "/api/v1/events/queue";
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** A few more events than 64 MiB are of the large ones; a tenth of it may be published at once. */
    private static final int HISTORY = 200;

    @TempDir
    private Path temporary;

    @Test
    void whenFewDescriptorsAreLeft() throws IOException {
        try (RunningJar gateway = RunningJar.startBelow(400, temporary, settings());
                SseConnection open = stream(gateway)) {
            assertThat(open.next().event()).isEqualTo("connected");
            List<SseConnection> crowd = new ArrayList<>();
            List<Socket> idle = new ArrayList<>();
            try {
                // Most of them streams: what says nothing is closed after 10 s, and on a busy machine as fast as more
                // come.
                for (int client = 0; client < 220; client++) {
                    crowd.add(stream(gateway));
                }
                // Up to where a connection is closed as soon as it is accepted.
                while (!overloaded(gateway, "descriptors")) {
                    for (int few = 0; few < 4; few++) {
                        idle.add(new Socket(InetAddress.getLoopbackAddress(), gateway.port()));
                    }
                }
                turnsAway(gateway);
                goesOn(gateway, open);
            } finally {
                crowd.forEach(SseConnection::close);
                for (Socket socket : idle) {
                    socket.close();
                }
            }
            letsInAgain(gateway, "descriptors");
            assertThat(gateway.process().lines()).noneMatch(line -> line.contains("connection turned away"));
        }
    }

    @Test
    void whenTheHeapIsFull() {
        Map<String, String> settings = settings();
        settings.put("HERMES_HISTORY_MAX_BYTES", "64MiB");
        settings.put("HERMES_HISTORY_MAX_EVENTS", Integer.toString(HISTORY));
        settings.put("HERMES_OVERLOAD_HEAP", "45");
        try (RunningJar gateway = RunningJar.startWith(
                        List.of("-Xmx128m", "-XX:G1PeriodicGCInterval=1000"), temporary, settings);
                SseConnection open = stream(gateway)) {
            assertThat(open.next().event()).isEqualTo("connected");
            String kept = "k".repeat(500_000);
            // Up to 64 MiB, beside some 15 of its own, which stay however long it takes.
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(() -> {
                publish(gateway, kept, 8);
                return overloaded(gateway, "heap");
            });
            turnsAway(gateway);
            goesOn(gateway, open);
            for (int small = 0; small < HISTORY; small += HISTORY / 10) {
                publish(gateway, "in the place of what is large", HISTORY / 10);
            }
            letsInAgain(gateway, "heap");
        }
    }

    private static void turnsAway(RunningJar gateway) {
        Set<Integer> returns = new HashSet<>();
        for (int client = 0; client < 5; client++) {
            try (SseConnection stream = stream(gateway)) {
                assertThat(stream.status()).isEqualTo(200);
                List<Frame> frames = stream.untilEnd(Duration.ofSeconds(20));
                assertThat(frames).singleElement().satisfies(frame -> {
                    assertThat(frame.event()).isEqualTo("unavailable");
                    assertThat(new JsonObject(frame.data()).getString("code")).isEqualTo("OVERLOADED");
                    assertThat(frame.retry()).isBetween(15_000, 45_000);
                });
                returns.add(Objects.requireNonNull(frames.get(0).retry()));
            }
        }
        assertThat(returns).hasSizeGreaterThan(1);
    }

    /** Events published from now on reach the stream. */
    private static void goesOn(RunningJar gateway, SseConnection open) {
        publish(gateway, "while it is overloaded", 1);
        await().atMost(PATIENCE).until(() -> open.nextEvent().data(), data -> data.contains("while it is overloaded"));
    }

    private static void letsInAgain(RunningJar gateway, String cause) {
        // Each question makes garbage. Often enough, young collections follow each other so closely that the JVM takes
        // the process for busy, and leaves what is old and gone until the heap is nearly full.
        await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).until(() -> !overloaded(gateway, cause));
        try (SseConnection again = stream(gateway)) {
            assertThat(again.next().event()).isEqualTo("connected");
        }
        gateway.process().await("overload began.* cause=\"?" + cause);
        gateway.process().await("overload ended.* cause=\"?" + cause + ".* turned_away=\"?5");
    }

    private static boolean overloaded(RunningJar gateway, String cause) {
        return RunningJar.get(gateway.managementPort(), "/metrics")
                .body()
                .contains("hermes_overloaded{cause=\"" + cause + "\"} 1");
    }

    private static void publish(RunningJar gateway, String text, int times) {
        JsonObject event = new JsonObject()
                .put("channel", "queue:updates")
                .put("type", "queue_update")
                .put("data", new JsonObject().put("text", text));
        assertThat(HttpCall.withApiKey(
                                gateway.port(),
                                "POST",
                                "/api/v1/events/publish",
                                new JsonArray(Collections.nCopies(times, event)).encode())
                        .statusCode())
                .isEqualTo(202);
    }

    private static SseConnection stream(RunningJar gateway) {
        return SseConnection.open(gateway.port(), QUEUE, JarSettings.CREDENTIAL);
    }

    private static Map<String, String> settings() {
        return new HashMap<>(Map.of(
                "HERMES_SECRET_KEY",
                RunningGateway.SECRET_KEY,
                "HERMES_API_KEYS",
                RunningGateway.API_KEY,
                "HERMES_ENABLE_SSE",
                "true",
                "HERMES_REDIS_URL",
                "none"));
    }
}
