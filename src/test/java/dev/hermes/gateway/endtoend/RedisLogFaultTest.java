package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.endtoend.RedisLogFixture.data;
import static dev.hermes.gateway.endtoend.RedisLogFixture.open;
import static dev.hermes.gateway.endtoend.RedisLogFixture.reason;
import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The log in Redis outlives gateways, and says so when it does not outlive Redis. */
class RedisLogFaultTest {

    private final RedisLogFixture log = new RedisLogFixture();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void aCursorOutlivesTheGatewayAndNothingAppendedMeanwhileIsLost() {
        RunningGateway first = log.gateway();
        RunningGateway second = log.gateway();
        String cursor = log.cursorAt(first, 1);
        log.end(first);
        log.append(2);
        log.publish(3);
        try (SseConnection other = open(second, cursor)) {
            assertThat(other.nextEvents(2)).extracting(Frame::data).containsExactly(data(2), data(3));
        }
        log.end(second);
        log.append(4);
        try (SseConnection stream = open(log.gateway(), cursor)) {
            assertThat(data(stream.nextEvents(3))).startsWith(data(2), data(3), data(4));
        }
    }

    @Test
    void whatWasPublishedWhileNobodyListenedIsDeclaredInItsPlace() {
        RunningGateway first = log.gateway();
        String cursor = log.cursorAt(first, 1);
        log.publish(2);
        log.awaitLength(3);
        log.end(first);
        log.publish(3);
        RunningGateway second = log.gateway();
        try (SseConnection stream = open(second, cursor)) {
            log.append(4);
            List<Frame> came = stream.nextEvents(3);
            assertThat(came).extracting(Frame::event).containsExactly("queue_update", "gap", "queue_update");
            assertThat(reason(came.get(1))).isEqualTo("source_hole");
            assertThat(came.get(2).data()).isEqualTo(data(4));
        }
    }

    @Test
    void theLogHoldsAsManyAsItMayAndOlderCursorsAreEvicted() {
        RunningGateway gateway = log.gateway("HERMES_HISTORY_MAX_EVENTS", 50);
        String cursor = log.cursorAt(gateway, 0);
        try (SseConnection stream = open(gateway, null)) {
            for (int number = 1; number <= 80; number++) {
                log.publish(number);
                assertThat(stream.nextLogged().data()).isEqualTo(data(number));
            }
            await().untilAsserted(
                            () -> assertThat(log.ask("XLEN", "hermes:events")).containsExactly("50"));
            try (SseConnection late = open(gateway, cursor)) {
                assertThat(reason(late.nextEvent())).isEqualTo("history_evicted");
            }
        }
    }

    @Test
    void aDownloadIsGreetedWithItsLastEventAfterARestart() {
        RunningGateway first = log.gateway();
        String greeting = json("{'download_id': 'd-1', 'status': 'completed'}");
        log.ask("PUBLISH", "download:updates", json("{'type': 'download_progress', 'data': %s}", greeting));
        log.awaitLength(2);
        log.end(first);
        RunningGateway second = log.gateway();
        try (SseConnection stream = SseConnection.open(
                second.port(), "/api/v1/events/downloads/d-1?token=" + second.token("download:d-1"))) {
            stream.next("connected");
            assertThat(stream.nextEvent().data()).isEqualTo(greeting);
        }
    }

    @Test
    void pagesOfAPollGoOverTheWholeLog() {
        RunningGateway gateway = log.gateway();
        String cursor = log.cursorAt(gateway, 0);
        for (int number = 1; number <= 25; number++) {
            log.append(number);
        }
        Operator client = new Operator(gateway);
        List<String> came = new ArrayList<>();
        String token = gateway.token("queue");
        String newest =
                log.ask("XREVRANGE", "hermes:events", "+", "-", "COUNT", "1").get(0);
        await().until(() -> new JsonObject(client.body("/api/v1/events/poll?channels=queue:updates&token=" + token))
                .getString("last_id")
                .equals(newest));
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
}
