package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.endtoend.RedisLogFixture.data;
import static dev.hermes.gateway.endtoend.RedisLogFixture.id;
import static dev.hermes.gateway.endtoend.RedisLogFixture.open;
import static dev.hermes.gateway.endtoend.RedisLogFixture.reason;
import static dev.hermes.gateway.endtoend.RedisLogFixture.state;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import dev.hermes.gateway.watchdog.Pace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Redis forgets the log, or what it was taught to do with it, under gateways that keep their connections or lose them. */
class EmptiedRedisTest {

    private final RedisLogFixture log = new RedisLogFixture();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void everyStreamOfEveryGatewayIsToldOnceAndIdsGrowOn() {
        RunningGateway first = log.gateway();
        RunningGateway second = log.gateway();
        try (SseConnection one = open(first, null);
                SseConnection another = open(first, null);
                SseConnection other = open(second, null)) {
            List<SseConnection> streams = List.of(one, another, other);
            log.publish(1);
            streams.forEach(stream -> assertThat(stream.nextEvent().data()).isEqualTo(data(1)));
            EventId before = newest();

            log.ask("FLUSHALL");
            Pace pace = Pace.start();
            streams.forEach(stream -> assertToldLost(stream.nextEvent(), before));
            assertThat(pace.elapsed()).isLessThan(pace.stretched(Duration.ofSeconds(3)));

            log.append(2);
            List<String> further = new ArrayList<>();
            for (SseConnection stream : streams) {
                further.addAll(upTo(data(2), stream, before));
                for (int beat = 0; beat < 3; ) {
                    String event = stream.next().event();
                    if (event.equals("heartbeat")) {
                        beat++;
                    } else {
                        further.add(event);
                    }
                }
            }
            log.publish(3);
            for (SseConnection stream : streams) {
                further.addAll(upTo(data(3), stream, before));
            }
            // A gateway that is held up for a second cannot tell the other in time that nothing is missing.
            assertThat(further)
                    .as("what else came, though nobody is thrown out because his token is gone")
                    .isSubsetOf(pace.undisturbed() ? List.of() : List.of("gap"));
        }
    }

    @Test
    void aLogThatIsGoneWithRedisIsToldLostAndIdsGrowOn() {
        try (SseConnection stream = open(log.gateway(), null)) {
            log.publish(1);
            EventId last = id(stream.nextEvent());
            log.redis().stop();
            assertThat(state(stream.nextEvent())).isEqualTo("down");

            log.redis().restart();
            log.reconnect();
            assertToldLost(stream.nextEvent(), last);
            assertThat(state(stream.nextEvent())).isEqualTo("up");

            log.append(2);
            assertNext(stream, 2, last);
        }
    }

    @Test
    void scriptsThatRedisForgotAreSentAgain() {
        RunningGateway gateway = log.gateway();
        try (SseConnection stream = open(gateway, null)) {
            EventId last = newest();
            for (int number = 1; number <= 3; number++) {
                log.ask("SCRIPT", "FLUSH");
                log.publish(number);
                assertNext(stream, number, last);
                log.ask("SCRIPT", "FLUSH");
                assertThat(RedisLogFixture.post(
                                        gateway,
                                        "{\"channel\":\"queue:updates\",\"type\":\"queue_update\",\"data\":{}}")
                                .statusCode())
                        .isEqualTo(202);
                last = id(stream.nextEvent());
            }
        }
    }

    private EventId newest() {
        return Objects.requireNonNull(EventId.parse(
                log.ask("XREVRANGE", "hermes:events", "+", "-", "COUNT", "1").get(0)));
    }

    private static void assertToldLost(Frame frame, EventId before) {
        assertThat(frame.event()).isEqualTo("gap");
        assertThat(reason(frame)).isEqualTo("log_lost");
        assertThat(id(frame).isAfter(before)).isTrue();
    }

    /** What else comes before the event, which comes last. */
    private static List<String> upTo(String data, SseConnection stream, EventId before) {
        List<String> others = new ArrayList<>();
        Frame frame = stream.nextEvent();
        while (!frame.data().equals(data)) {
            others.add(frame.event());
            frame = stream.nextEvent();
        }
        assertThat(id(frame).isAfter(before)).isTrue();
        return others;
    }

    private static void assertNext(SseConnection stream, int number, EventId before) {
        Frame frame = stream.nextEvent();
        assertThat(frame.data()).isEqualTo(data(number));
        assertThat(id(frame).isAfter(before)).isTrue();
    }
}
