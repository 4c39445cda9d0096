package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProductionIT {

    private static final String SECRET_KEY = "the-secret-key-of-this-deployment-0123456789";
    private static final String API_KEY = "the-api-key-of-this-deployment";
    private static final String QUEUE = "/api/v1/events/queue";
    private static final Duration SECONDS = Duration.ofSeconds(20);

    @TempDir
    Path temporary;

    private RunningJar start(Map<String, String> settings) {
        return RunningJar.start(temporary, settings);
    }

    /** Settings with which it starts, and streams are served. */
    private static Map<String, String> settings(String redisUrl) {
        Map<String, String> settings = new HashMap<>();
        settings.put("HERMES_SECRET_KEY", SECRET_KEY);
        settings.put("HERMES_API_KEYS", API_KEY);
        settings.put("HERMES_ENABLE_SSE", "true");
        settings.put("HERMES_REDIS_URL", redisUrl);
        return settings;
    }

    private static SseConnection stream(int port) {
        return SseConnection.open(port, QUEUE, "Authorization: Bearer " + API_KEY);
    }

    @Test
    void doesNotStartWithoutTheSecretKey() {
        try (RunningJar gateway = start(Map.of())) {
            assertThat(gateway.process().awaitExit(SECONDS)).isEqualTo(1);

            assertThat(gateway.process().errors())
                    .singleElement()
                    .satisfies(line -> assertThat(line).contains("HERMES_SECRET_KEY"));
        }
    }

    @Test
    void reportsEverySettingThatIsWrongAtOnce() {
        try (RunningJar gateway = start(Map.of(
                "HERMES_SECRET_KEY", SECRET_KEY,
                "API_PORT", "eighty",
                "HERMES_SSE_HEARTBEAT_INTERVAL", "-1",
                "HERMES_ALGORITHM", "none"))) {
            assertThat(gateway.process().awaitExit(SECONDS)).isEqualTo(1);

            assertThat(gateway.process().errors())
                    .hasSize(3)
                    .anyMatch(line -> line.contains("API_PORT: eighty"))
                    .anyMatch(line -> line.contains("HERMES_SSE_HEARTBEAT_INTERVAL: -1"))
                    .anyMatch(line -> line.contains("HERMES_ALGORITHM: none"))
                    .allMatch(line -> line.contains("allowed: "));
        }
    }

    @Test
    void namesThePortThatIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            String port = Integer.toString(taken.getLocalPort());
            Map<String, String> settings = settings("none");
            settings.put("API_PORT", port);
            try (RunningJar gateway = start(settings)) {
                assertThat(gateway.process().awaitExit(SECONDS)).isEqualTo(1);

                assertThat(gateway.process().errors())
                        .singleElement()
                        .satisfies(line -> assertThat(line).contains("API_PORT=" + port));
            }
        }
    }

    @Test
    void namesTheManagementPortThatIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            Map<String, String> settings = settings("none");
            settings.put("HERMES_MANAGEMENT_PORT", port);
            try (RunningJar gateway = start(settings)) {
                assertThat(gateway.process().awaitExit(SECONDS)).isEqualTo(1);

                assertThat(gateway.process().errors())
                        .singleElement()
                        .satisfies(line -> assertThat(line).contains("HERMES_MANAGEMENT_PORT=" + port));
            }
        }
    }

    @Test
    void comesUpBeforeItsRedisAndIsReadyOnceThatIsThere() {
        try (EmbeddedRedis redis = EmbeddedRedis.stopped(FreePorts.next());
                RunningJar gateway = start(settings(redis.url().toString()))) {
            int management = gateway.managementPort();

            HttpResponse<String> ready = RunningJar.get(management, "/health/ready");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(new JsonObject(ready.body())
                            .getJsonArray("problems")
                            .getJsonObject(0)
                            .getString("what"))
                    .isEqualTo("redis");
            assertThat(RunningJar.get(management, "/health/live").statusCode()).isEqualTo(200);
            gateway.process().await("WARN .*redis cannot be reached address=127.0.0.1:" + redis.port());

            redis.restart();

            Awaitility.await()
                    .atMost(SECONDS)
                    .untilAsserted(() -> assertThat(
                                    RunningJar.get(management, "/health/ready").statusCode())
                            .isEqualTo(200));
            try (SseConnection stream = stream(gateway.port())) {
                assertThat(stream.next().event()).isEqualTo("connected");
            }
        }
    }

    @Test
    void drainsAtTheFirstSignalAndEndsWithStatusZero() {
        try (RunningJar gateway = start(settings("none"));
                SseConnection stream = stream(gateway.port())) {
            stream.next("connected");

            gateway.process().signal("TERM");

            SseConnection.Frame closing = stream.next("closing");
            assertThat(new JsonObject(closing.data()).getString("reason")).isEqualTo("server_shutdown");
            assertThat(closing.retry()).isBetween(0, 2_000);
            assertThat(gateway.process().awaitExit(SECONDS)).isZero();
            assertThat(temporary).isEmptyDirectory();
        }
    }

    @Test
    void endsAtOnceAtTheSecondSignal() {
        int streams = 1_500;
        Map<String, String> settings = settings("none");
        settings.put("HERMES_DRAIN_TIMEOUT", "60");
        settings.put("HERMES_SSE_MAX_CONNECTIONS", Integer.toString(2 * streams));
        List<SseConnection> open = new ArrayList<>();
        try (RunningJar gateway = start(settings)) {
            for (int stream = 0; stream < streams; stream++) {
                open.add(SseConnection.openUnread(gateway.port(), QUEUE, "Authorization: Bearer " + API_KEY));
            }
            gateway.process().signal("TERM");
            gateway.process().await("gateway is draining");

            gateway.process().signal("TERM");

            // Draining so many takes fifteen seconds, and would end with status 0.
            assertThat(gateway.process().awaitExit(SECONDS)).isEqualTo(130);
        } finally {
            open.forEach(SseConnection::close);
        }
    }

    @Test
    void printsNoSecretHoweverMuchItPrints() {
        Map<String, String> settings = settings("redis://:the-password-of-redis@127.0.0.1:" + FreePorts.next());
        settings.put("HERMES_LOG_LEVEL", "trace");
        settings.put("HERMES_TRUSTED_PROXIES", "none");
        try (RunningJar gateway = start(settings)) {
            int port = gateway.port();
            RunningJar.get(port, "/api/v1/events/poll?token=sse_a-token-of-somebody");
            RunningJar.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/api/v1/events/poll"))
                    .header("Authorization", "Bearer " + API_KEY));
            gateway.process().signal("TERM");
            gateway.process().awaitExit(SECONDS);

            assertThat(gateway.process().lines())
                    .isNotEmpty()
                    .noneMatch(line -> line.contains(SECRET_KEY)
                            || line.contains(API_KEY)
                            || line.contains("the-password-of-redis")
                            || line.contains("a-token-of-somebody"));
        }
    }
}
