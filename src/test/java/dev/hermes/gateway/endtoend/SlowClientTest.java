package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A client that stops reading costs a cursor: others go on, and it gets what it missed, or is told that it cannot. */
class SlowClientTest {

    private static final String QUEUE = "/api/v1/events/queue";
    private static final int EVENTS = 500;
    private static final String FILLER = "x".repeat(100 << 10);

    @Test
    void readsOnAndGetsFiftyMegabytesInOrderFromHistory() {
        try (RunningGateway gateway = RunningGateway.with("HERMES_HISTORY_MAX_BYTES", "128MiB")
                        .start();
                SseConnection stalled = SseConnection.openUnread(gateway.port(), QUEUE, Jwt.header());
                SseConnection reading = SseConnection.open(gateway.port(), QUEUE, Jwt.header());
                RedisProducer producer = new RedisProducer(gateway.redis().port())) {
            reading.next("connected");

            List<Frame> expected = publishTo(reading, producer);
            Operator operator = new Operator(gateway);
            // The one that reads may be catching up for a moment too.
            await().untilAsserted(() -> {
                assertThat(operator.metric("hermes_streams_catching_up")).isEqualTo(1);
                assertThat(operator.metric("hermes_streams_stalled")).isEqualTo(1);
            });
            assertThat(operator.metric("hermes_streams_lag_entries")).isBetween(50.0, (double) EVENTS);
            assertThat(operator.metric("hermes_streams_lag_seconds")).isPositive();

            stalled.read();
            stalled.next("connected");
            for (Frame frame : expected) {
                assertThat(stalled.nextEvent()).isEqualTo(frame);
            }
            await().untilAsserted(() ->
                    assertThat(operator.metric("hermes_streams_catching_up")).isZero());
            assertThat(operator.metric("hermes_streams_stalled")).isZero();
            assertThat(operator.metric("hermes_streams_lag_entries")).isZero();
        }
    }

    @Test
    void isToldWhenHistoryDoesNotReachBackToIt() {
        try (RunningGateway gateway =
                        RunningGateway.with("HERMES_HISTORY_MAX_BYTES", "8MiB").start();
                SseConnection stalled = SseConnection.openUnread(gateway.port(), QUEUE, Jwt.header());
                SseConnection reading = SseConnection.open(gateway.port(), QUEUE, Jwt.header());
                RedisProducer producer = new RedisProducer(gateway.redis().port())) {
            reading.next("connected");
            List<Frame> published = publishTo(reading, producer);

            stalled.read();
            stalled.next("connected");
            List<Frame> received = new ArrayList<>();
            Frame frame = stalled.nextEvent();
            while (!frame.event().equals("gap")) {
                received.add(frame);
                frame = stalled.nextEvent();
            }
            JsonObject gap = new JsonObject(frame.data());
            assertThat(received).isEqualTo(published.subList(0, received.size()));
            assertThat(gap.getString("reason")).isEqualTo("history_evicted");
            assertThat(gap.getString("requested"))
                    .isEqualTo(received.get(received.size() - 1).id());
            assertThat(gap.getString("resumed_at"))
                    .isEqualTo(frame.id())
                    .isEqualTo(published.get(EVENTS - 1).id());
            event(producer, "afterwards").sync();
            assertThat(stalled.nextEvent().data()).contains("\"afterwards\"");
        }
    }

    @Test
    void isEndedAfterTheStallTimeoutAndItsPlaceIsFreed() {
        try (RunningGateway gateway = RunningGateway.with("HERMES_SSE_STALL_TIMEOUT", 2)
                        .with("HERMES_SSE_MAX_CONNECTIONS", 2)
                        .start();
                SseConnection stalled = SseConnection.openUnread(gateway.port(), QUEUE, Jwt.header());
                SseConnection reading = SseConnection.open(gateway.port(), QUEUE, Jwt.header());
                RedisProducer producer = new RedisProducer(gateway.redis().port())) {
            Operator operator = new Operator(gateway);
            reading.next("connected");
            // No longer than it takes: its end waits for its reader only for some seconds.
            for (int number = 0; operator.activeConnections() == 2 && number < 5_000; number++) {
                event(producer, "event " + number).sync();
                reading.nextEvent();
            }
            stalled.read();

            assertThat(operator.activeConnections()).isEqualTo(1);
            assertThat(operator.metric("hermes_streams_closed_total{reason=\"slow_consumer\"}"))
                    .isEqualTo(1);
            try (SseConnection next = SseConnection.open(gateway.port(), QUEUE, Jwt.header())) {
                assertThat(next.next().event()).isEqualTo("connected");
            }

            List<Frame> rest = stalled.untilEnd(Duration.ofSeconds(10));
            Frame last = rest.get(rest.size() - 1);
            assertThat(new JsonObject(last.data()).getString("reason")).isEqualTo("slow_consumer");
            assertThat(last.retry()).isBetween(2_000, 5_000);
        }
    }

    @Test
    void costsACursorAndNotAQueue() {
        List<SseConnection> stalled = new ArrayList<>();
        try (RunningGateway gateway = RunningGateway.started();
                RedisProducer producer = new RedisProducer(gateway.redis().port());
                SseConnection reading = SseConnection.open(gateway.port(), QUEUE, Jwt.header())) {
            reading.next("connected");
            publishTo(reading, producer);
            long oneReader = directMemory();
            for (int client = 0; client < 20; client++) {
                stalled.add(SseConnection.openUnread(gateway.port(), QUEUE, Jwt.header()));
            }

            publishTo(reading, producer);

            await().untilAsserted(() -> assertThat(new Operator(gateway).metric("hermes_streams_catching_up"))
                    .isEqualTo(20));
            // Queued it would be a gigabyte.
            assertThat(directMemory() - oneReader).isLessThan(64L << 20);
        } finally {
            stalled.forEach(SseConnection::close);
        }
    }

    private static long directMemory() {
        return PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    /** Fifty megabytes; returns the frames that a client gets who reads meanwhile. */
    private static List<Frame> publishTo(SseConnection reading, RedisProducer producer) {
        List<Frame> frames = new ArrayList<>();
        for (int number = 0; number < EVENTS; number++) {
            event(producer, "event " + number);
            if (number % 20 == 19) {
                producer.sync();
                frames.addAll(reading.nextEvents(20));
            }
        }
        assertThat(frames.get(EVENTS - 1).data()).contains("\"event " + (EVENTS - 1) + "\"");
        return frames;
    }

    private static RedisProducer event(RedisProducer producer, String name) {
        return producer.event("queue:updates", "queue_update", json("{'name': '%s', 'filler': '%s'}", name, FILLER));
    }
}
