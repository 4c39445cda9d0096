package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.event.Publication;
import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.OutsideProcess;
import dev.hermes.gateway.fixture.Prometheus;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each fault raises its alarm at a real Prometheus. */
class AlarmsFireTest {

    private static final String EVENTS = "/api/v1/events";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @BeforeEach
    void needsPrometheus() {
        OutsideProcess.require(Prometheus.PROGRAM);
    }

    @Test
    void whenRedisGoesAway() throws IOException {
        try (RunningGateway gateway =
                        RunningGateway.with("HERMES_SSE_HISTORY", "memory").start();
                SseConnection stream = SseConnection.open(gateway.port(), EVENTS + "/queue", Jwt.header());
                Prometheus alarms = Prometheus.start(folder, gateway.managementPort())) {
            stream.next("connected");
            alarms.quiet(1);

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
                Prometheus alarms = Prometheus.start(folder, gateway.managementPort())) {
            alarms.quiet(1);
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
}
