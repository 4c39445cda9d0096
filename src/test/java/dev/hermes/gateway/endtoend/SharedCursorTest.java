package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A cursor is honoured, by every gateway and however it is presented, if and only if the log in Redis still holds exactly
 * that entry.
 */
class SharedCursorTest {

    private static final int HISTORY = 50;

    /** How a client presents its cursor. */
    private enum Way {
        HEADER,
        QUERY,
        HEADER_AND_ANOTHER_IN_THE_QUERY,
        POLL
    }

    /** What became of it: the gap that was told, and the events that followed up to a live one. */
    private record Outcome(@Nullable String gap, List<String> data) {}

    private static EmbeddedRedis redis;
    private static RedisProducer producer;
    private static List<RunningGateway> gateways;
    private static int number;

    @BeforeAll
    static void start() {
        redis = FreePorts.redis();
        producer = new RedisProducer(redis.port());
        gateways = List.of(gateway(), gateway());
    }

    @AfterAll
    static void stop() {
        gateways.forEach(RunningGateway::close);
        producer.close();
        redis.close();
    }

    private static RunningGateway gateway() {
        return RunningGateway.with("HERMES_SSE_HISTORY", "redis")
                .with("HERMES_SSE_HEARTBEAT_INTERVAL", 1)
                .with("HERMES_HISTORY_MAX_EVENTS", HISTORY)
                .start(redis);
    }

    @ParameterizedTest
    @EnumSource
    void theIdOfAnEventIsHonoured(Way way) {
        String cursor = publish();
        publish();
        publish();
        assertHonoured(way, cursor);
    }

    @ParameterizedTest
    @EnumSource
    void theNewestEntryIsHonoured(Way way) {
        assertHonoured(way, publish());
    }

    @ParameterizedTest
    @EnumSource
    void theOldestEntryIsHonoured(Way way) {
        for (RunningGateway gateway : gateways) {
            fill();
            awaitAllAtTheEnd();
            await().until(() -> {
                publish();
                return ids("XRANGE", "-", "+", 2 * HISTORY).size() == HISTORY;
            });
            awaitAllAtTheEnd();
            // The oldest but one: what is published here as the live event drops the oldest.
            String cursor = ids("XRANGE", "-", "+", 2).get(1);
            Outcome outcome = resume(gateway, way, cursor);
            assertThat(outcome.gap()).isNull();

            // What a gateway has not handed on yet is kept a moment longer.
            assertThat(outcome.data()).hasSizeGreaterThanOrEqualTo(HISTORY - 1).doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theIdOfConnectedOfAHeartbeatAndOfAGapAreHonoured(Way way) {
        publish();
        try (SseConnection stream = open(gateways.get(0), "/queue", "Last-Event-ID: garbage")) {
            String connected = stream.next("connected").position();
            String gap = stream.next("gap").position();
            String heartbeat = stream.next("heartbeat").position();
            publish();

            assertHonoured(way, connected);
            assertHonoured(way, gap);
            assertHonoured(way, heartbeat);
        }
    }

    @ParameterizedTest
    @EnumSource
    void thePlaceAPollHasReachedIsHonoured(Way way) {
        publish();
        String reached = poll(gateways.get(0), "").getString("last_id");
        publish();
        assertHonoured(way, reached);
    }

    @ParameterizedTest
    @EnumSource
    void anEntryThatWasTrimmedIsAGap(Way way) {
        String cursor = publish();
        for (int event = 0; event < HISTORY; event++) {
            publish();
        }
        // A gateway that has not said yet how far it has handed on the log keeps what it may still need.
        Awaitility.await().until(() -> {
            publish();
            List<?> held =
                    producer.send("XRANGE", "hermes:events", cursor, cursor).sync();
            return held.isEmpty();
        });

        assertRefused(way, cursor, "history_evicted");
    }

    @ParameterizedTest
    @EnumSource
    void anIdBetweenTwoEntriesIsAGap(Way way) {
        EventId before = id(publish());
        append(before.major() + "-" + (before.minor() + 10));
        assertRefused(way, before.major() + "-" + (before.minor() + 5), "unknown_cursor");
    }

    @ParameterizedTest
    @EnumSource
    void anEntryThatSomebodyDeletedIsAGap(Way way) {
        String cursor = publish();
        publish();
        // Deleted under the feet of a gateway that has come no further, it would be a loss to its other streams too.
        awaitAllAtTheEnd();
        producer.send("XDEL", "hermes:events", cursor).sync();
        assertRefused(way, cursor, "unknown_cursor");
    }

    @ParameterizedTest
    @EnumSource
    void anIdOfTheFutureIsAGap(Way way) {
        EventId newest = id(publish());
        assertRefused(way, newest.major() + "-" + (newest.minor() + 1), "unknown_cursor");
        assertRefused(way, newest.major() + 1_000_000 + "-0", "unknown_cursor");
    }

    @ParameterizedTest
    @EnumSource
    void anIdOfALogInMemoryIsAGap(Way way) {
        EventId newest = id(publish());
        assertRefused(way, "m" + newest, "unknown_cursor");
    }

    @Test
    void whatIsNoIdIsAGapInTheHeader() {
        assertRefused(Way.HEADER, "garbage", "unknown_cursor");
        assertRefused(Way.HEADER_AND_ANOTHER_IN_THE_QUERY, "garbage", "unknown_cursor");
    }

    private static void assertHonoured(Way way, String cursor) {
        for (RunningGateway gateway : gateways) {
            awaitAllAtTheEnd();
            Outcome outcome = resume(gateway, way, cursor);
            assertThat(outcome).isEqualTo(new Outcome(null, dataAfter(cursor)));
            assertThat(outcome.data()).endsWith(data(number));
        }
    }

    private static void assertRefused(Way way, String cursor, String reason) {
        for (RunningGateway gateway : gateways) {
            awaitAllAtTheEnd();
            Outcome outcome = resume(gateway, way, cursor);
            assertThat(outcome).isEqualTo(new Outcome(reason, List.of(data(number))));
        }
    }

    /** Comes back, and publishes one more once what came before must have been told. */
    private static Outcome resume(RunningGateway gateway, Way way, String cursor) {
        return switch (way) {
            case HEADER -> stream(gateway, "/queue", cursor, "Last-Event-ID: " + cursor);
            case QUERY -> stream(gateway, "/queue?last_event_id=" + cursor, cursor);
            case HEADER_AND_ANOTHER_IN_THE_QUERY -> {
                String newest = ids("XREVRANGE", "+", "-", 1).get(0);
                yield stream(gateway, "/queue?last_event_id=" + newest, cursor, "Last-Event-ID: " + cursor);
            }
            case POLL -> pages(gateway, cursor);
        };
    }

    private static Outcome stream(RunningGateway gateway, String path, String cursor, String... headers) {
        try (SseConnection stream = open(gateway, path, headers)) {
            Frame connected = stream.next();
            String live = dataOf(publish());
            String gap = null;
            List<String> data = new ArrayList<>();
            while (!data.contains(live)) {
                Frame frame = stream.nextEvent();
                if (frame.event().equals("gap")) {
                    assertThat(data).as("events before the gap").isEmpty();
                    gap = told(new JsonObject(frame.data()), cursor);
                    assertThat(frame.id()).isEqualTo(connected.id());
                } else {
                    data.add(frame.data());
                }
            }
            assertThat(connected.position().equals(cursor)).isEqualTo(gap == null);
            return new Outcome(gap, data);
        }
    }

    private static Outcome pages(RunningGateway gateway, String cursor) {
        JsonObject first = poll(gateway, "&after=" + cursor);
        List<String> data = new ArrayList<>(dataOf(first));
        publish();
        JsonObject second = poll(gateway, "&wait=10&after=" + first.getString("last_id"));
        data.addAll(dataOf(second));
        assertThat(second.getValue("gap")).isEqualTo(false);
        return new Outcome(first.getValue("gap") instanceof JsonObject gap ? told(gap, cursor) : null, data);
    }

    private static String told(JsonObject gap, String cursor) {
        assertThat(gap.getString("requested")).isEqualTo(cursor);
        return gap.getString("reason");
    }

    private static JsonObject poll(RunningGateway gateway, String query) {
        return new JsonObject(new Operator(gateway)
                .body("/api/v1/events/poll?channels=queue:updates" + query, "Authorization", Jwt.bearer()));
    }

    private static List<String> dataOf(JsonObject page) {
        return page.getJsonArray("events").stream()
                .map(event -> ((JsonObject) event).getJsonObject("data").encode())
                .toList();
    }

    private static SseConnection open(RunningGateway gateway, String path, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add(Jwt.header());
        return SseConnection.open(gateway.port(), "/api/v1/events" + path, all.toArray(String[]::new));
    }

    /** Publishes the next number and returns its id once it is in the log. */
    private static String publish() {
        String newest = ids("XREVRANGE", "+", "-", 1).get(0);
        producer.event("queue:updates", "queue_update", data(++number)).sync();
        return await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> ids("XREVRANGE", "+", "-", 1).get(0), id -> !id.equals(newest));
    }

    /** Every gateway is as far as Redis: what begins at one begins there. */
    private static void awaitAllAtTheEnd() {
        String newest = ids("XREVRANGE", "+", "-", 1).get(0);
        gateways.forEach(gateway -> await().until(() -> standsAt(gateway, newest)));
    }

    /** Whether the gateway has read the log up to there, and has been answered what it heard. */
    private static boolean standsAt(RunningGateway gateway, String newest) {
        return poll(gateway, "").getString("last_id").equals(newest)
                && new JsonObject(HttpCall.withApiKey(gateway.managementPort(), "GET", "/log", "")
                                .body())
                        .getJsonObject("in_memory")
                        .getInteger("unanswered_calls")
                        .equals(0);
    }

    private static void fill() {
        for (int event = 0; event < HISTORY; event++) {
            publish();
        }
    }

    private static void append(String id) {
        producer.send(
                        "XADD",
                        "hermes:events",
                        id,
                        "channel",
                        "queue:updates",
                        "type",
                        "queue_update",
                        "data",
                        data(++number))
                .sync();
    }

    private static String dataOf(String id) {
        List<String> entry = producer.send("XRANGE", "hermes:events", id, id).sync();
        return entry.get(entry.indexOf("data") + 1);
    }

    private static List<String> dataAfter(String cursor) {
        return ids("XRANGE", "(" + cursor, "+", HISTORY).stream()
                .map(SharedCursorTest::dataOf)
                .toList();
    }

    private static List<String> ids(String command, String from, String to, int count) {
        return producer.send(command, "hermes:events", from, to, "COUNT", Integer.toString(count)).sync().stream()
                .filter(word -> EventId.parse(word) != null)
                .toList();
    }

    private static EventId id(String text) {
        return Objects.requireNonNull(EventId.parse(text));
    }

    private static String data(int n) {
        return "{\"n\":" + n + "}";
    }
}
