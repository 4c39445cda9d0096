package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.event.Publication;
import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.OutsideProcess;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus with the alarms that come with the gateway scrapes it every second, and each fault raises its
 * alarm. Waiting times and windows of the rules are cut to seconds; their expressions are otherwise the same.
 */
class AlarmsFireTest {

    private static final String PROMETHEUS = "/usr/bin/prometheus";
    private static final String EVENTS = "/api/v1/events";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @BeforeEach
    void needsPrometheus() {
        OutsideProcess.require(PROMETHEUS);
    }

    @Test
    void whenRedisGoesAway() throws IOException {
        try (RunningGateway gateway =
                        RunningGateway.with("HERMES_SSE_HISTORY", "memory").start();
                SseConnection stream = SseConnection.open(gateway.port(), EVENTS + "/queue", Jwt.header());
                Alarms alarms = Alarms.of(gateway, folder)) {
            stream.next("connected");
            alarms.quiet();

            gateway.redis(Command.PUBLISH, "queue:updates", "no event");
            alarms.fires("HermesEventsRejected");

            gateway.redis().stop();
            alarms.fires("HermesRedisDown");
            alarms.fires("HermesNotReady");
            await().atMost(PATIENCE).untilAsserted(() -> {
                HttpCall.withApiKey(gateway.port(), "POST", EVENTS + "/token", "{\"scope\":\"queue\"}");
                assertThat(alarms.firing()).contains("HermesErrors");
            });

            gateway.redis().restart();
            stream.next("gap");
            alarms.fires("HermesLossDeclared");
            for (int times = 1; times <= 3; times++) {
                gateway.redis().stop();
                stream.next("backend");
                gateway.redis().restart();
                stream.next("backend");
            }
            alarms.fires("HermesRedisReconnectStorm");
        }
    }

    @Test
    void whenTooMuchIsAskedOfIt() throws IOException {
        Path settings = Files.createDirectory(folder.resolve("conf"));
        Files.writeString(settings.resolve("gateway.properties"), "");
        RunningGateway gateway = RunningGateway.with("HERMES_SSE_MAX_CONNECTIONS", 1)
                .with("HERMES_HISTORY_MAX_EVENTS", 10)
                .with("HERMES_OVERLOAD_LOOP_LAG", 300)
                .with("HERMES_CONF", settings.toString())
                .startWithoutRedis();
        try (gateway;
                Alarms alarms = Alarms.of(gateway, folder)) {
            alarms.quiet();
            try (SseConnection stream = SseConnection.open(gateway.port(), EVENTS + "/queue", Jwt.header())) {
                stream.next("connected");
                alarms.fires("HermesConnectionsNearLimit");
                // Its first heartbeat is due after half a minute, which is longer than the window of this test.
                alarms.fires("HermesNoHeartbeat");
                await().atMost(PATIENCE).untilAsserted(() -> {
                    HttpCall.get(gateway.port(), EVENTS + "/queue", "Authorization", "Bearer " + Jwt.of("u-2"));
                    assertThat(alarms.firing()).contains("HermesStreamsRefused");
                });
                await().atMost(PATIENCE).untilAsserted(() -> {
                    Busy.everyLoop(gateway.vertx());
                    assertThat(alarms.firing()).contains("HermesLoopLag", "HermesDeliverySlow", "HermesLogNearBounds");
                });
                await().atMost(PATIENCE).untilAsserted(() -> {
                    Busy.everyLoop(gateway.vertx());
                    assertThat(alarms.firing()).contains("HermesOverloaded");
                });
            }
            Files.writeString(settings.resolve("gateway.properties"), "HERMES_NO_SUCH_SETTING=1\n");
            alarms.fires("HermesSettingsNotRead");

            gateway.stopGateway();
            alarms.fires("HermesGatewayGone");
        }
    }

    /** Holds up the event loop on which it is deployed, once. */
    private static final class Busy extends VerticleBase {

        private static final long NANOS = Duration.ofMillis(700).toNanos();

        private final CompletableFuture<Void> began = new CompletableFuture<>();

        @Override
        public Future<?> start() {
            began.complete(null);
            long until = System.nanoTime() + NANOS;
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            return Future.succeededFuture();
        }

        /** One event loop after another, and meanwhile an event that some stream's loop may have to let wait. */
        static void everyLoop(Vertx vertx) {
            int loops = 2 * Runtime.getRuntime().availableProcessors();
            for (int loop = 0; loop < loops; loop++) {
                Busy busy = new Busy();
                Future<String> deployed = vertx.deployVerticle(busy);
                busy.began.join();
                vertx.eventBus()
                        .send(
                                Publication.ADDRESS,
                                new JsonObject()
                                        .put("channel", "queue:updates")
                                        .put("type", "queue_update")
                                        .put("data", new JsonObject().put("n", loop)));
                deployed.await();
            }
        }
    }

    /** A Prometheus that scrapes one gateway. */
    private record Alarms(OutsideProcess prometheus, int port) implements AutoCloseable {

        static Alarms of(RunningGateway gateway, Path folder) throws IOException {
            String rules = Files.readString(Path.of("conf/prometheus/alerts.yml"))
                    .replaceAll("for: \\w+", "for: 0s")
                    .replaceAll("\\[\\d+m]", "[10s]")
                    .replace("hermes_redis_reconnects_total[10s]", "hermes_redis_reconnects_total[10m]");
            Files.writeString(folder.resolve("alerts.yml"), rules);
            Path config = Files.writeString(
                    folder.resolve("prometheus.yml"),
                    "global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [alerts.yml]\nscrape_configs:\n"
                            + "  - job_name: hermes-gateway\n    static_configs:\n      - targets: ['127.0.0.1:"
                            + gateway.managementPort() + "']\n");
            OutsideProcess prometheus = OutsideProcess.start(new ProcessBuilder(
                    PROMETHEUS,
                    "--config.file=" + config,
                    "--storage.tsdb.path=" + folder.resolve("data"),
                    "--web.listen-address=127.0.0.1:0"));
            int port = Integer.parseInt(Objects.requireNonNull(
                    prometheus.await("Listening on.*127\\.0\\.0\\.1:(\\d+)").group(1)));
            return new Alarms(prometheus, port);
        }

        /** The gateway was scraped, and nothing is wrong. */
        void quiet() {
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(query("hermes_ready == 1")).isNotEmpty());
            assertThat(firing()).isEmpty();
        }

        void fires(String alarm) {
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(firing()).contains(alarm));
        }

        Set<String> firing() {
            return query("ALERTS%7Balertstate=%22firing%22%7D").stream()
                    .map(found -> ((JsonObject) found).getJsonObject("metric").getString("alertname"))
                    .collect(Collectors.toSet());
        }

        private JsonArray query(String expression) {
            String path =
                    "/api/v1/query?query=" + expression.replace(" ", "%20").replace("=", "%3D");
            return new JsonObject(HttpCall.get(port, path).body())
                    .getJsonObject("data")
                    .getJsonArray("result");
        }

        @Override
        public void close() {
            prometheus.close();
        }
    }
}
