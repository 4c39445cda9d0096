package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two gateways, one log in Redis. */
class SharedLogTest {

    private static final String QUEUE = "/api/v1/events/queue?token=";

    private static EmbeddedRedis redis;
    private static RunningGateway first;
    private static RunningGateway second;

    @BeforeAll
    static void start() {
        redis = FreePorts.redis();
        first = RunningGateway.with("HERMES_SSE_HISTORY", "redis").start(redis);
        second = RunningGateway.with("HERMES_SSE_HISTORY", "redis").start(redis);
    }

    @AfterAll
    static void stop() {
        second.close();
        first.close();
        redis.close();
    }

    private static SseConnection open(RunningGateway gateway, String... headers) {
        return SseConnection.open(gateway.port(), QUEUE + gateway.token("queue"), headers);
    }

    private static void publish(int number) {
        first.publish("queue:updates", "queue_update", new JsonObject().put("n", number));
    }

    private static List<String> ids(List<SseConnection.Frame> frames) {
        List<String> ids = new ArrayList<>();
        frames.forEach(frame -> ids.add(String.valueOf(frame.id())));
        return ids;
    }

    @Test
    void bothDeliverTheSameEventsUnderTheSameIds() {
        try (SseConnection one = open(first);
                SseConnection other = open(second)) {
            one.next("connected");
            other.next("connected");
            for (int number = 0; number < 200; number++) {
                publish(number);
            }
            List<SseConnection.Frame> fromFirst = one.nextLogged(200);
            List<SseConnection.Frame> fromSecond = other.nextLogged(200);

            assertThat(ids(fromSecond)).isEqualTo(ids(fromFirst)).doesNotHaveDuplicates();
            assertThat(fromFirst).extracting(SseConnection.Frame::data).startsWith(json("{'n':0}"), json("{'n':1}"));
        }
    }

    @Test
    void aCursorOfOneIsHonouredByTheOther() {
        String cursor;
        try (SseConnection one = open(first)) {
            one.next("connected");
            publish(1);
            cursor = String.valueOf(one.nextLogged().id());
        }
        publish(2);
        publish(3);
        try (SseConnection other = open(second, "Last-Event-ID: " + cursor)) {
            assertThat(other.next("connected").id()).isEqualTo(cursor);
            assertThat(other.nextEvents(2))
                    .extracting(SseConnection.Frame::data)
                    .containsExactly(json("{'n':2}"), json("{'n':3}"));
        }
    }

    @Test
    void whatAProducerAppendsItselfIsDelivered() {
        try (SseConnection stream = open(second)) {
            stream.next("connected");
            first.redis(
                    Command.XADD,
                    "hermes:events",
                    "*",
                    "channel",
                    "queue:updates",
                    "type",
                    "queue_update",
                    "data",
                    json("{'by': 'xadd'}"),
                    "timestamp",
                    "2026-11-23T09:13:33+00:00");

            assertThat(stream.nextEvent().data()).isEqualTo(json("{'by': 'xadd'}"));
        }
    }

    @Test
    void anUnknownCursorIsToldAsAGap() {
        try (SseConnection stream = open(first, "Last-Event-ID: 99999999999999-0")) {
            String position = stream.next("connected").id();
            SseConnection.Frame gap = stream.nextEvent();

            assertThat(gap.event()).isEqualTo("gap");
            assertThat(gap.id()).isEqualTo(position);
            assertThat(new JsonObject(gap.data()).getString("reason")).isEqualTo("unknown_cursor");
        }
    }
}
