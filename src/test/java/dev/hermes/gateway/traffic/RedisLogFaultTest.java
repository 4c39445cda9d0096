package dev.hermes.gateway.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.dev.EmbeddedRedis;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The log in Redis outlives gateways, and says so when it does not outlive Redis. */
class RedisLogFaultTest {

    private static final String QUEUE = "/api/v1/events/queue";

    private EmbeddedRedis redis;
    private RedisProducer producer;
    private final List<RunningGateway> gateways = new ArrayList<>();

    @BeforeEach
    void start() {
        redis = EmbeddedRedis.start();
        producer = new RedisProducer(redis.port());
    }

    @AfterEach
    void close() {
        gateways.forEach(RunningGateway::close);
        producer.close();
        redis.close();
    }

    @Test
    void aCursorOutlivesTheGatewayAndNothingAppendedMeanwhileIsLost() {
        RunningGateway first = gateway();
        RunningGateway second = gateway();
        String cursor = cursorAt(first, 1);
        end(first);
        append(2);
        publish(3);
        try (SseConnection other = open(second, cursor)) {
            assertThat(other.nextEvents(2)).extracting(Frame::data).containsExactly(data(2), data(3));
        }
        end(second);
        append(4);
        try (SseConnection stream = open(gateway(), cursor)) {
            assertThat(data(stream.nextEvents(3))).startsWith(data(2), data(3), data(4));
        }
    }

    @Test
    void whatWasPublishedWhileNobodyListenedIsDeclaredInItsPlace() {
        RunningGateway first = gateway();
        String cursor = cursorAt(first, 1);
        publish(2);
        awaitLength(3);
        end(first);
        publish(3);
        RunningGateway second = gateway();
        try (SseConnection stream = open(second, cursor)) {
            append(4);
            List<Frame> came = stream.nextEvents(3);
            assertThat(came).extracting(Frame::event).containsExactly("queue_update", "gap", "queue_update");
            assertThat(reason(came.get(1))).isEqualTo("source_hole");
            assertThat(came.get(2).data()).isEqualTo(data(4));
        }
    }

    @Test
    void aLogThatIsGoneWithRedisIsToldLostAndIdsGrowOn() {
        RunningGateway gateway = gateway();
        try (SseConnection stream = open(gateway, null)) {
            publish(1);
            EventId last = id(stream.nextEvent());
            redis.stop();
            assertThat(state(stream.nextEvent())).isEqualTo("down");
            redis.restart();
            List<Frame> back = stream.nextEvents(2);
            assertThat(back).extracting(Frame::event).containsExactly("gap", "backend");
            assertThat(reason(back.get(0))).isEqualTo("log_lost");
            assertThat(id(back.get(0)).isAfter(last)).isTrue();
            assertThat(state(back.get(1))).isEqualTo("up");
            producer.close();
            producer = new RedisProducer(redis.port());
            append(2);
            Frame next = stream.nextEvent();
            assertThat(next.data()).isEqualTo(data(2));
            assertThat(id(next).isAfter(id(back.get(0)))).isTrue();
        }
    }

    @Test
    void aFlushedRedisIsToldLostOnceAndRevokesNobody() {
        RunningGateway gateway = gateway();
        gateway();
        try (SseConnection stream = open(gateway, null)) {
            producer.send("FLUSHALL").sync();
            long flushed = System.nanoTime();
            Frame gap = stream.nextEvent();
            assertThat(gap.event()).isEqualTo("gap");
            assertThat(reason(gap)).isEqualTo("log_lost");
            assertThat(Duration.ofNanos(System.nanoTime() - flushed)).isLessThan(Duration.ofSeconds(3));
            append(1);
            assertThat(stream.nextEvent().data()).isEqualTo(data(1));
            for (int beat = 0; beat < 3; beat++) {
                assertThat(stream.next().event()).as("no second gap, no end").isEqualTo("heartbeat");
            }
            publish(2);
            assertThat(stream.nextEvent().data()).isEqualTo(data(2));
        }
    }

    @Test
    void aSuspendedRedisIsCaughtUpWith() {
        try (SseConnection stream = open(gateway(), null)) {
            redis.pause();
            assertThat(state(stream.nextEvent())).isEqualTo("down");
            redis.resume();
            append(1);
            assertThat(state(stream.nextEvent())).isEqualTo("up");
            // From the declared hole on nothing may be missing.
            List<Frame> came = stream.nextEvents(2);
            assertThat(came).extracting(Frame::event).containsExactlyInAnyOrder("gap", "queue_update");
            publish(2);
            assertThat(stream.nextEvent().data()).isEqualTo(data(2));
        }
    }

    @Test
    void whatOneGatewayIsDeafToTheOtherHears() {
        gateway();
        String deaf = subscriber(List.of());
        RunningGateway second = gateway();
        assertThat(subscriber(List.of(deaf))).isNotEqualTo(deaf);
        try (SseConnection stream = open(second, null)) {
            publish(0);
            stream.nextEvent();
            producer.send("CLIENT", "KILL", "ID", deaf);
            for (int number = 1; number <= 200; number++) {
                publish(number);
            }
            List<Frame> came = stream.nextEvents(200);
            assertThat(came).extracting(Frame::event).containsOnly("queue_update");
            assertThat(came.get(199).data()).isEqualTo(data(200));
            await().until(() -> producer.send("CLIENT", "LIST", "TYPE", "pubsub")
                            .sync()
                            .get(0)
                            .lines()
                            .count()
                    == 2);
            publish(201);
            assertThat(stream.nextEvent().data()).isEqualTo(data(201));
        }
    }

    @Test
    void scriptsThatRedisForgotAreSentAgain() {
        try (SseConnection stream = open(gateway(), null)) {
            for (int number = 1; number <= 3; number++) {
                producer.send("SCRIPT", "FLUSH");
                publish(number);
                assertThat(stream.nextEvent().data()).isEqualTo(data(number));
            }
        }
    }

    @Test
    void theLogHoldsAsManyAsItMayAndOlderCursorsAreEvicted() {
        RunningGateway gateway = gateway("HERMES_HISTORY_MAX_EVENTS", 50);
        String cursor = cursorAt(gateway, 0);
        try (SseConnection stream = open(gateway, null)) {
            for (int number = 1; number <= 80; number++) {
                publish(number);
                assertThat(stream.nextEvent().data()).isEqualTo(data(number));
            }
            assertThat(producer.send("XLEN", "hermes:events").sync()).containsExactly("50");
            try (SseConnection late = open(gateway, cursor)) {
                assertThat(reason(late.nextEvent())).isEqualTo("history_evicted");
            }
        }
    }

    @Test
    void aDownloadIsGreetedWithItsLastEventAfterARestart() {
        RunningGateway first = gateway();
        String greeting = "{\"download_id\": \"d-1\", \"status\": \"completed\"}";
        producer.event("download:updates", "download_progress", greeting).sync();
        awaitLength(2);
        end(first);
        RunningGateway second = gateway();
        try (SseConnection stream = SseConnection.open(
                second.port(), "/api/v1/events/downloads/d-1?token=" + second.token("download:d-1"))) {
            stream.next("connected");
            assertThat(stream.nextEvent().data()).isEqualTo(greeting);
        }
    }

    @Test
    void pagesOfAPollGoOverTheWholeLog() {
        RunningGateway gateway = gateway();
        String cursor = cursorAt(gateway, 0);
        for (int number = 1; number <= 25; number++) {
            append(number);
        }
        Operator client = new Operator(gateway);
        List<String> came = new ArrayList<>();
        String token = gateway.token("queue");
        for (int page = 0; page < 3; page++) {
            JsonObject answer = new JsonObject(client.body(
                    "/api/v1/events/poll?channels=queue:updates&limit=10&after=" + cursor + "&token=" + token));
            assertThat(answer.getValue("gap")).isEqualTo(false);
            answer.getJsonArray("events").stream()
                    .map(JsonObject.class::cast)
                    .forEach(event -> came.add(event.getJsonObject("data").encode()));
            cursor = answer.getString("last_id");
        }
        assertThat(came).hasSize(25).startsWith(data(1)).endsWith(data(25)).doesNotHaveDuplicates();
    }

    private RunningGateway gateway(Object... setting) {
        RunningGateway.Settings settings =
                RunningGateway.with("HERMES_SSE_HISTORY", "redis").with("HERMES_SSE_HEARTBEAT_INTERVAL", 1);
        if (setting.length > 0) {
            settings.with((String) setting[0], setting[1]);
        }
        RunningGateway gateway = settings.start(redis);
        gateways.add(gateway);
        return gateway;
    }

    private void end(RunningGateway gateway) {
        gateways.remove(gateway);
        gateway.stopGateway();
        gateway.close();
    }

    private static SseConnection open(RunningGateway gateway, @Nullable String cursor) {
        String path = QUEUE + "?token=" + gateway.token("queue");
        SseConnection stream = cursor == null
                ? SseConnection.open(gateway.port(), path)
                : SseConnection.open(gateway.port(), path, "Last-Event-ID: " + cursor);
        stream.next("connected");
        return stream;
    }

    /** Where a stream stands that has just seen this one. */
    private String cursorAt(RunningGateway gateway, int number) {
        try (SseConnection stream = open(gateway, null)) {
            publish(number);
            return Objects.requireNonNull(stream.nextEvent().id());
        }
    }

    /** As those do who do not care whether it is lost. */
    private void publish(int number) {
        producer.event("queue:updates", "queue_update", data(number)).sync();
    }

    /** As those do who do. */
    private void append(int number) {
        producer.send(
                        "XADD",
                        "hermes:events",
                        "*",
                        "channel",
                        "queue:updates",
                        "type",
                        "queue_update",
                        "data",
                        data(number))
                .sync();
    }

    private void awaitLength(int entries) {
        await().until(() ->
                Integer.parseInt(producer.send("XLEN", "hermes:events").sync().get(0)) >= entries);
    }

    private String subscriber(List<String> but) {
        return producer.send("CLIENT", "LIST", "TYPE", "pubsub")
                .sync()
                .get(0)
                .lines()
                .map(line -> line.substring("id=".length(), line.indexOf(' ')))
                .filter(id -> !but.contains(id))
                .findFirst()
                .orElseThrow();
    }

    private static String data(int number) {
        return "{\"n\":" + number + "}";
    }

    private static List<String> data(List<Frame> frames) {
        return frames.stream().map(Frame::data).toList();
    }

    private static String reason(Frame frame) {
        return new JsonObject(frame.data()).getString("reason");
    }

    private static String state(Frame frame) {
        return new JsonObject(frame.data()).getString("state");
    }

    private static EventId id(Frame frame) {
        return Objects.requireNonNull(EventId.parse(Objects.requireNonNull(frame.id())));
    }
}
