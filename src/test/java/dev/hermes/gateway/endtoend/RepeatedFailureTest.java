package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import dev.hermes.gateway.http.RepeatedFailures;
import io.vertx.core.json.JsonObject;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An event that breaks whoever gets it must not break it for ever: after a while the client is told, and is past it. */
class RepeatedFailureTest {

    private RunningGateway gateway;
    private Operator operator;
    private String path;

    @BeforeEach
    void start() {
        gateway = RunningGateway.started();
        operator = new Operator(gateway);
        path = "/api/v1/events/queue?token=" + gateway.token("queue");
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void aClientThatBreaksAtTheSameCursorAgainAndAgainIsToldOnceAndGoesOnLive() {
        String cursor = publishedId(0);
        publish(1);
        for (int times = 0; times < RepeatedFailures.LOOP; times++) {
            breakAfterTheFirstEvent(cursor);
        }
        try (SseConnection stream = SseConnection.open(gateway.port(), path, "Last-Event-ID: " + cursor)) {
            String tip = stream.next("connected").id();
            Frame gap = stream.nextEvent();
            assertThat(new JsonObject(gap.data()))
                    .isEqualTo(new JsonObject()
                            .put("reason", "repeated_failure")
                            .put("requested", cursor)
                            .put("resumed_at", tip));
            assertThat(gap.id()).isEqualTo(tip);
            publish(2);
            assertThat(stream.nextEvent().data()).isEqualTo("{\"n\":2}");
        }

        assertThat(operator.metric("hermes_gaps_total{reason=\"repeated_failure\"}"))
                .isEqualTo(1);
    }

    @Test
    void aClientThatComesBackToAQuietCursorIsServedEachTime() {
        String cursor = publishedId(0);
        for (int times = 0; times < 2 * RepeatedFailures.LOOP; times++) {
            try (SseConnection stream = SseConnection.open(gateway.port(), path, "Last-Event-ID: " + cursor)) {
                assertThat(stream.next("connected").id()).isEqualTo(cursor);
            }
            awaitNobody();
        }
        publish(1);
        breakAfterTheFirstEvent(cursor);
    }

    private void breakAfterTheFirstEvent(String cursor) {
        try (SseConnection stream = SseConnection.open(gateway.port(), path, "Last-Event-ID: " + cursor)) {
            stream.next("connected");
            assertThat(stream.nextEvent().data()).isEqualTo("{\"n\":1}");
        }
        awaitNobody();
    }

    private void awaitNobody() {
        await().untilAsserted(() -> assertThat(operator.activeConnections()).isZero());
    }

    private String publishedId(int number) {
        try (SseConnection stream = SseConnection.open(gateway.port(), path)) {
            stream.next("connected");
            publish(number);
            return Objects.requireNonNull(stream.nextEvent().id());
        } finally {
            awaitNobody();
        }
    }

    private void publish(int number) {
        gateway.publish("queue:updates", "queue_update", new JsonObject().put("n", number));
    }
}
