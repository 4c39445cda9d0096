package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway beside another one dies or is held up: its clients miss nothing. */
class SeveralGatewaysIT {

    private static final String QUEUE = "/api/v1/events/queue";
    private static final int HELD_UP_SECONDS = 8;

    @TempDir
    Path temporary;

    private EmbeddedRedis redis;
    private RedisProducer producer;
    private int published;

    @BeforeEach
    void start() {
        redis = FreePorts.redis();
        producer = new RedisProducer(redis.port());
    }

    @AfterEach
    void close() {
        producer.close();
        redis.close();
    }

    private RunningJar jar() {
        return RunningJar.start(temporary, JarSettings.with(redis));
    }

    private RunningGateway other() {
        return RunningGateway.with("HERMES_SSE_HISTORY", "redis").start(redis);
    }

    @Test
    void aCursorOutlivesTheGatewayThatGaveItAndWasKilled() {
        try (RunningGateway other = other()) {
            String cursor;
            try (RunningJar killed = jar();
                    SseConnection stream = open(killed.port(), QUEUE)) {
                stream.next("connected");
                publish(100);
                List<Frame> seen = stream.nextLogged(50);
                cursor = seen.get(49).position();
                killed.process().signal("KILL");
                publish(100);
                killed.process().awaitExit(Duration.ofSeconds(10));
            }
            publish(100);

            assertResumes(other.port(), cursor);
            try (RunningJar again = jar()) {
                assertResumes(again.port(), cursor);
            }
        }
    }

    @Test
    void clientsOfAGatewayThatWasHeldUpNoticeADelayAndNothingElse() {
        int events = 5_000;
        try (RunningJar heldUp = jar()) {
            int port = heldUp.port();
            List<String> connections = connections();
            try (RunningGateway other = other();
                    SseConnection there = open(other.port(), QUEUE);
                    SseConnection stream = open(port, QUEUE)) {
                there.next("connected");
                stream.next("connected");
                publish(100);
                assertNumbers(stream, 0, 100);

                heldUp.process().signal("STOP");
                for (int portion = 0; portion < events / 100; portion++) {
                    publish(100);
                    there.nextLogged(100);
                }
                await().atMost(Duration.ofSeconds(20)).until(() -> idleSeconds(connections) >= HELD_UP_SECONDS);
                heldUp.process().signal("CONT");

                assertNumbers(stream, 100, events);
                publish(100);
                assertNumbers(stream, 100 + events, 100);
            } finally {
                // Whatever has failed: what is suspended cannot be asked to end.
                heldUp.process().signal("CONT");
            }
        }
    }

    /** By a stream, from the header and from the query, and by a poll: from 50 on everything. */
    private void assertResumes(int port, String cursor) {
        String newest = producer.send("XREVRANGE", "hermes:events", "+", "-", "COUNT", "1")
                .sync()
                .get(0);
        try (SseConnection stream = open(port, QUEUE + "?last_event_id=" + newest, "Last-Event-ID: " + cursor)) {
            assertThat(stream.next().id()).isEqualTo(cursor);
            assertNumbers(stream, 50, published - 50);
        }
        try (SseConnection stream = open(port, QUEUE + "?last_event_id=" + cursor)) {
            assertThat(stream.next().id()).isEqualTo(cursor);
            assertNumbers(stream, 50, published - 50);
        }
        JsonObject page = new JsonObject(RunningJar.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port
                                + "/api/v1/events/poll?channels=queue:updates&limit=1000&after=" + cursor))
                        .header("Authorization", "Bearer " + RunningGateway.API_KEY))
                .body());
        assertThat(page.getValue("gap")).isEqualTo(false);
        assertThat(page.getJsonArray("events").stream()
                        .map(event -> ((JsonObject) event).getJsonObject("data").getInteger("n"))
                        .toList())
                .isEqualTo(IntStream.range(50, published).boxed().toList());
    }

    /** So many follow from that one on; word of Redis itself may stand between. */
    private static void assertNumbers(SseConnection stream, int from, int count) {
        for (int number = from; number < from + count; number++) {
            Frame frame = stream.nextEvent();
            while (frame.event().equals("backend")) {
                frame = stream.nextEvent();
            }
            assertThat(frame.data()).isEqualTo("{\"n\":" + number + "}");
        }
    }

    private static SseConnection open(int port, String path, String... headers) {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = JarSettings.CREDENTIAL;
        return SseConnection.open(port, path, all);
    }

    private void publish(int count) {
        for (int event = 0; event < count; event++) {
            producer.event("queue:updates", "queue_update", "{\"n\":" + published++ + "}");
        }
        producer.sync();
    }

    /** Those of others, by their numbers. */
    private List<String> connections() {
        return producer.send("CLIENT", "LIST", "TYPE", "normal")
                .sync()
                .get(0)
                .lines()
                .filter(line -> !line.contains("cmd=client"))
                .map(line -> line.substring(0, line.indexOf(' ') + 1))
                .toList();
    }

    /** How long none of them has asked anything; for ever, once Redis has lost them all. */
    private long idleSeconds(List<String> connections) {
        Pattern idle = Pattern.compile(" idle=(\\d+) ");
        return producer.send("CLIENT", "LIST", "TYPE", "normal")
                .sync()
                .get(0)
                .lines()
                .filter(line -> connections.stream().anyMatch(line::startsWith))
                .mapToLong(line -> Long.parseLong(
                        idle.matcher(line).results().findFirst().orElseThrow().group(1)))
                .min()
                .orElse(Long.MAX_VALUE);
    }
}
