package dev.hermes.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The machine's wall clock steps by hours, forth and back, under traffic: nobody but who reads times may notice. */
class WallClockTest {

    private static final String QUEUE = "/api/v1/events/queue";
    private static final String KEY = "Authorization: Bearer " + RunningGateway.API_KEY;
    private static final List<Duration> STEPS = List.of(Duration.ofHours(5), Duration.ofHours(-7), Duration.ZERO);

    private final AtomicReference<Duration> step = new AtomicReference<>(Duration.ZERO);
    private final InstantSource clock = () -> Instant.now().plus(step.get());
    private final EmbeddedRedis redis = FreePorts.redis();
    private final Vertx vertx = Vertx.vertx();
    private final GatewayVerticle gateway = new GatewayVerticle(null, (router, flag) -> {}, clock);
    private RedisProducer producer = new RedisProducer(redis.port());

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
        producer.close();
        redis.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis", "memory"})
    void aStepOfTheWallClockEndsDelaysAndForgetsNothing(String history) throws Exception {
        start(history);
        String token = token();
        try (SseConnection byKey = SseConnection.open(gateway.port(), QUEUE, KEY);
                SseConnection byToken = SseConnection.open(gateway.port(), QUEUE + "?token=" + token)) {
            byKey.next("connected");
            byToken.next("connected");
            publish(0);
            String first = byKey.nextEvent().position();
            byToken.nextEvent();
            int number = 0;
            for (Duration by : STEPS) {
                step.set(by);
                publish(++number);
                for (SseConnection stream : List.of(byKey, byToken)) {
                    assertThat(stream.nextLogged().data()).isEqualTo("{\"n\":" + number + "}");
                    // Longer than a check of the token takes, and a trim.
                    for (int beat = 0; beat < 4; beat++) {
                        assertThat(nextButBackend(stream).event()).isEqualTo("heartbeat");
                    }
                }
                try (SseConnection resumed =
                        SseConnection.open(gateway.port(), QUEUE, KEY, "Last-Event-ID: " + first)) {
                    resumed.next("connected");
                    for (int missed = 1; missed <= number; missed++) {
                        assertThat(resumed.nextLogged().data()).isEqualTo("{\"n\":" + missed + "}");
                    }
                }
            }
        }
    }

    /** A busy machine may lose the link to Redis for a moment, which is told. */
    private static SseConnection.Frame nextButBackend(SseConnection stream) {
        SseConnection.Frame frame = stream.next();
        while (frame.event().equals("backend")) {
            frame = stream.next();
        }
        return frame;
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis", "memory"})
    void aHoleLastsAsLongAsItLastedWhateverTheWallClockSays(String history) throws Exception {
        start(history);
        try (SseConnection stream = SseConnection.open(gateway.port(), QUEUE, KEY)) {
            stream.next("connected");
            publish(1);
            stream.nextEvent();
            step.set(Duration.ofHours(-7));
            redis.stop();
            stream.next("backend");
            redis.restart();
            producer.close();
            producer = new RedisProducer(redis.port());
            JsonObject gap = new JsonObject(stream.next("gap").data());
            if (gap.getString("reason").equals("source_hole")) {
                Instant from = Instant.parse(gap.getString("from"));
                Instant to = Instant.parse(gap.getString("to"));
                assertThat(Duration.between(from, to)).isBetween(Duration.ZERO, Duration.ofMinutes(1));
                assertThat(Duration.between(to, clock.instant()).abs()).isLessThan(Duration.ofMinutes(1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = "memory")
    void anAddressThatFailedTooOftenMayTryAgainInTimeAlsoWhenTheClockWentBack(String history) throws Exception {
        start(history);
        await().until(() -> fail().contains("RATE_LIMITED"));
        step.set(Duration.ofHours(-7));
        await().until(() -> !fail().contains("RATE_LIMITED"));
    }

    private void start(String history) throws Exception {
        JsonObject settings = new JsonObject()
                .put("API_PORT", 0)
                .put("HERMES_MANAGEMENT_PORT", 0)
                .put("HERMES_ENABLE_SSE", true)
                .put("HERMES_SECRET_KEY", RunningGateway.SECRET_KEY)
                .put("HERMES_API_KEYS", RunningGateway.API_KEY)
                .put("HERMES_SSE_HISTORY", history)
                .put("HERMES_SSE_HEARTBEAT_INTERVAL", 1)
                .put("HERMES_RATE_LIMIT_PER_MINUTE", 60)
                .put("HERMES_REDIS_URL", redis.url().toString());
        vertx.deployVerticle(gateway, new DeploymentOptions().setConfig(settings))
                .await(20, TimeUnit.SECONDS);
    }

    private void publish(int number) {
        producer.event("queue:updates", "queue_update", "{\"n\":" + number + "}")
                .sync();
    }

    private String token() {
        String token = "sse_wall_clock";
        producer.send(
                        "SET",
                        "sse:token:" + token,
                        new JsonObject()
                                .put("scope", "queue")
                                .put("user_id", "u-1")
                                .put(
                                        "expires_at",
                                        Instant.now().plusSeconds(600).toString())
                                .put("permissions", List.of("read"))
                                .encode(),
                        "EX",
                        "600")
                .sync();
        return token;
    }

    /** What a stream is answered whose token is unknown. */
    private String fail() {
        try (SseConnection stream = SseConnection.open(gateway.port(), QUEUE + "?token=sse_unknown")) {
            return stream.status() == 200 ? firstData(stream) : String.valueOf(stream.status());
        }
    }

    private static String firstData(SseConnection stream) {
        Frame frame = stream.next();
        return frame.data();
    }
}
