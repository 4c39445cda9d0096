package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import dev.hermes.gateway.watchdog.Pace;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Redis goes away in every way it can, with the log in this process: streams stay, are told, and go on; nobody is sent to log in again. */
class RedisFaultTest {

    private static final String STREAM = "/api/v1/events/stream";
    private static final Duration BACK_IN_SERVICE = Duration.ofSeconds(5);

    private EmbeddedRedis redis;
    private RunningGateway gateway;
    private Operator operator;

    @BeforeEach
    void start() {
        redis = FreePorts.redis();
        gateway = RunningGateway.with("HERMES_SSE_HEARTBEAT_INTERVAL", 1)
                .with("HERMES_SSE_HISTORY", "memory")
                .start(redis);
        operator = new Operator(gateway);
    }

    @AfterEach
    void close() {
        gateway.close();
        redis.close();
    }

    /** How Redis is lost; afterwards it is there again, or can be reached again. */
    enum Loss {
        KILLED_AND_STARTED_EMPTY {
            @Override
            void happen(EmbeddedRedis redis, SseConnection watching) {
                redis.stop();
                watching.next("backend");
                redis.restart();
            }
        },
        SUSPENDED {
            @Override
            void happen(EmbeddedRedis redis, SseConnection watching) {
                redis.pause();
                watching.next("backend");
                redis.resume();
            }
        },
        SUBSCRIBERS_THROWN_OUT {
            @Override
            void happen(EmbeddedRedis redis, SseConnection watching) {
                throwOut(redis, "pubsub");
                watching.next("backend");
            }
        },
        CLIENTS_THROWN_OUT {
            @Override
            void happen(EmbeddedRedis redis, SseConnection watching) {
                throwOut(redis, "normal");
                watching.next("backend");
            }
        };

        abstract void happen(EmbeddedRedis redis, SseConnection watching);

        private static void throwOut(EmbeddedRedis redis, String type) {
            try (RedisProducer operator = new RedisProducer(redis.port())) {
                operator.send("CLIENT", "KILL", "TYPE", type).sync();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Loss.class)
    void openStreamsAreToldAndGoOn(Loss loss) {
        try (SseConnection watching = open(Jwt.header());
                SseConnection user = open(Jwt.header());
                SseConnection page = SseConnection.open(gateway.port(), STREAM + "?token=" + gateway.token("queue"))) {
            page.next("connected");
            Instant before = Instant.now();
            loss.happen(redis, watching);
            Instant lost = Instant.now();
            Pace pace = Pace.start();

            List<Frame> atUser = publishUntilOneArrives(user);

            assertThat(pace.elapsed()).isLessThan(pace.stretched(BACK_IN_SERVICE));
            assertToldInOrder(atUser, before, lost);
            List<Frame> atPage = new ArrayList<>(List.of(page.nextEvent()));
            while (!atPage.get(atPage.size() - 1).event().equals("queue_update")) {
                atPage.add(page.nextEvent());
            }
            assertToldInOrder(atPage, before, lost);
            for (int beat = 0; beat < 3; beat++) {
                // By now its token, which an emptied Redis has no more, was looked for.
                assertThat(page.next("heartbeat").id()).isNotNull();
            }
            await().untilAsserted(
                            () -> assertThat(operator.status("/health/ready")).isEqualTo(200));
        }
    }

    @Test
    void heartbeatsGoOnWhileRedisIsAway() {
        try (SseConnection stream = open(Jwt.header())) {
            redis.stop();
            assertThat(new JsonObject(stream.next("backend").data()).getString("state"))
                    .isEqualTo("down");

            for (int beat = 0; beat < 4; beat++) {
                assertThat(stream.next().event()).isEqualTo("heartbeat");
            }
        }
    }

    @Test
    void readinessGoesAndComesBackWhileLivenessStays() {
        redis.stop();
        await().untilAsserted(() -> assertThat(operator.status("/health/ready")).isEqualTo(503));
        assertThat(operator.status("/health/live")).isEqualTo(200);
        assertThat(operator.metric("hermes_redis_up")).isZero();

        redis.restart();
        await().untilAsserted(() -> assertThat(operator.status("/health/ready")).isEqualTo(200));
        assertThat(operator.status("/health/live")).isEqualTo(200);
        assertThat(operator.metric("hermes_redis_up")).isEqualTo(1);
    }

    @Test
    void newClientsAreToldInTheStreamAndNeverToLogIn() {
        String token = gateway.token("queue");
        redis.stop();
        await().untilAsserted(() -> assertThat(operator.status("/health/ready")).isEqualTo(503));

        assertUnavailable(SseConnection.open(gateway.port(), STREAM, Jwt.header()));
        assertUnavailable(
                SseConnection.open(gateway.port(), STREAM, "Authorization: Bearer " + RunningGateway.API_KEY));
        assertUnavailable(SseConnection.open(gateway.port(), STREAM + "?token=" + token));
        assertUnavailable(SseConnection.open(gateway.port(), STREAM + "?token=sse_nobody-ever-minted-this-one"));
        HttpResponse<String> poll = HttpCall.get(gateway.port(), "/api/v1/events/poll?token=" + token);
        assertThat(poll.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(poll.body()).getString("code")).isEqualTo("BACKEND_UNAVAILABLE");
        assertThat(operator.activeConnections()).isZero();
    }

    @Test
    void whoComesWhileRedisHangsIsToldToo() {
        String token = gateway.token("queue");
        redis.pause();

        assertUnavailable(SseConnection.open(gateway.port(), STREAM + "?token=" + token));

        redis.resume();
        await().untilAsserted(() -> assertThat(operator.status("/health/ready")).isEqualTo(200));
        try (SseConnection stream = SseConnection.open(gateway.port(), STREAM + "?token=" + token)) {
            assertThat(stream.next().event()).isEqualTo("connected");
        }
    }

    @Test
    void startsWithoutRedisAndServesOnceItIsThere() {
        try (EmbeddedRedis late = EmbeddedRedis.stopped(FreePorts.next());
                RunningGateway early =
                        new RunningGateway.Settings().startAt(late.url().toString())) {
            Operator watching = new Operator(early);
            assertThat(watching.status("/health/ready")).isEqualTo(503);
            assertThat(watching.status("/health/live")).isEqualTo(200);
            assertUnavailable(SseConnection.open(early.port(), STREAM, Jwt.header()));

            late.restart();

            Pace pace = Pace.start();
            await().untilAsserted(
                            () -> assertThat(watching.status("/health/ready")).isEqualTo(200));
            assertThat(pace.elapsed()).isLessThan(pace.stretched(BACK_IN_SERVICE));
            try (SseConnection stream = SseConnection.open(early.port(), STREAM, Jwt.header())) {
                stream.next("connected");
                early.publish("queue:updates", "queue_update", new JsonObject());
                assertThat(stream.nextEvent().event()).isEqualTo("queue_update");
            }
        }
    }

    @Test
    void asManyConnectionsToRedisServeTwoHundredStreamsAsOne() {
        String token = gateway.token("queue");
        List<SseConnection> streams = new ArrayList<>();
        try (RedisProducer asking = new RedisProducer(redis.port())) {
            streams.add(SseConnection.open(gateway.port(), STREAM + "?token=" + token));
            long withOne = connections(asking);

            for (int stream = 1; stream < 200; stream++) {
                streams.add(SseConnection.open(gateway.port(), STREAM + "?token=" + token));
            }
            streams.forEach(stream -> stream.next("heartbeat"));

            assertThat(connections(asking)).isEqualTo(withOne).isLessThanOrEqualTo(10);
        } finally {
            streams.forEach(SseConnection::close);
        }
    }

    private static long connections(RedisProducer asking) {
        return asking.send("CLIENT", "LIST").sync().get(0).lines().count();
    }

    private SseConnection open(String header) {
        SseConnection stream = SseConnection.open(gateway.port(), STREAM, header);
        stream.next("connected");
        return stream;
    }

    /** As producers do, who know nothing of the gateway. Returns what came up to the first event, heartbeats aside. */
    private List<Frame> publishUntilOneArrives(SseConnection stream) {
        List<Frame> came = new ArrayList<>();
        try (RedisProducer producer = new RedisProducer(redis.port())) {
            await().pollInterval(Duration.ofMillis(20)).untilAsserted(() -> {
                producer.event("queue:updates", "queue_update", "{}").sync();
                stream.arrived().stream()
                        .filter(frame -> !frame.event().equals("heartbeat"))
                        .forEach(came::add);
                assertThat(came).extracting(Frame::event).contains("queue_update");
            });
        }
        return came;
    }

    private static void assertToldInOrder(List<Frame> frames, Instant before, Instant lost) {
        assertThat(frames.subList(0, 4))
                .extracting(Frame::event)
                .containsExactly("backend", "backend", "gap", "queue_update");
        assertThat(new JsonObject(frames.get(0).data()).getString("state")).isEqualTo("down");
        assertThat(new JsonObject(frames.get(1).data()).getString("state")).isEqualTo("up");
        assertThat(frames.get(0).id()).isNull();
        JsonObject gap = new JsonObject(frames.get(2).data());
        assertThat(gap.getString("reason")).isEqualTo("source_hole");
        assertThat(gap.getString("resumed_at")).isEqualTo(frames.get(2).id());
        assertThat(Instant.parse(gap.getString("from")))
                .as("the hole begins no later than the loss")
                .isBeforeOrEqualTo(lost);
        assertThat(Instant.parse(gap.getString("to"))).isAfter(before);
    }

    private static void assertUnavailable(SseConnection answer) {
        try (answer) {
            assertThat(answer.status()).isEqualTo(200);
            List<Frame> frames = answer.untilEnd(Duration.ofSeconds(30));
            assertThat(frames).extracting(Frame::event).containsExactly("unavailable");
            assertThat(new JsonObject(frames.get(0).data()).getString("code")).isEqualTo("BACKEND_UNAVAILABLE");
            assertThat(frames.get(0).retry()).isNotNull();
        }
    }
}
