package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.endtoend.RedisLogFixture.data;
import static dev.hermes.gateway.endtoend.RedisLogFixture.open;
import static dev.hermes.gateway.endtoend.RedisLogFixture.reason;
import static dev.hermes.gateway.endtoend.RedisLogFixture.state;
import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ids, counts and sizes where they end. */
class NumbersAtTheirEndsTest {

    private static final String HIGHEST = "18446744073709551615-18446744073709551615";

    private final RedisLogFixture log = new RedisLogFixture();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void behindTheHighestIdNothingCanFollowAndTheOperatorIsToldWhatToDo() {
        RunningGateway gateway = log.gateway();
        try (SseConnection stream = open(gateway, null)) {
            log.ask(
                    "XADD",
                    "hermes:events",
                    HIGHEST,
                    "channel",
                    "queue:updates",
                    "type",
                    "queue_update",
                    "data",
                    data(1));
            assertThat(stream.nextEvent().id()).isEqualTo(HIGHEST);
            log.publish(2);
            assertThat(state(stream.next("backend"))).isEqualTo("down");
            assertThat(readiness(gateway)).contains("highest id").contains("DEL hermes:events");

            log.ask("DEL", "hermes:events");
            assertThat(reason(stream.next("gap"))).isEqualTo("log_lost");
            await().until(() -> new Operator(gateway).status("/health/ready") == 200);
            log.publish(3);
            SseConnection.Frame last = stream.nextEvent();
            while (!last.data().equals(data(3))) {
                last = stream.nextEvent();
            }
            try (SseConnection resumed = open(gateway, last.position())) {
                log.publish(4);
                assertThat(resumed.nextEvent().data()).isEqualTo(data(4));
            }
        }
    }

    @Test
    void aBurstLargerThanTheHistoryIsHandedToEverybody() {
        RunningGateway first = log.gateway("HERMES_HISTORY_MAX_EVENTS", 50);
        RunningGateway second = log.gateway("HERMES_HISTORY_MAX_EVENTS", 50);
        int events = 2_000;
        try (SseConnection one = open(first, null);
                SseConnection other = open(second, null);
                RedisProducer producer = new RedisProducer(log.redis().port())) {
            for (int number = 0; number < events; number++) {
                producer.event("queue:updates", "queue_update", data(number));
            }
            producer.sync();
            for (SseConnection stream : List.of(one, other)) {
                List<String> came = new ArrayList<>();
                for (int number = 0; number < events; number++) {
                    came.add(stream.nextEvent().data());
                }
                assertThat(came)
                        .isEqualTo(IntStream.range(0, events)
                                .mapToObj(RedisLogFixture::data)
                                .toList());
            }
            log.publish(events);
            await().until(() -> log.ask("XLEN", "hermes:events").equals(List.of("50")));
        }
    }

    @Test
    void theLargestEventThatMayBeSetIsDeliveredByARedisAsItComes() {
        int largest = 31 << 20;
        RunningGateway gateway = log.gateway("HERMES_MAX_EVENT_BYTES", largest);
        try (SseConnection stream = open(gateway, null)) {
            String envelope = json("{'type': 'queue_update', 'data': {'text': ''}}");
            String text = "x".repeat(largest - envelope.length());
            log.ask("PUBLISH", "queue:updates", envelope.replace("\"\"", "\"" + text + "\""));
            assertThat(stream.nextLogged().data()).hasSize(text.length() + "{\"text\": \"\"}".length());

            // A machine that takes more than three seconds for that much calls the backend down, says so, and takes
            // nothing
            // meanwhile; what it answers 202 is in the log.
            String second = "{\"channel\":\"queue:updates\",\"type\":\"queue_update\",\"data\":" + data(2) + "}";
            await().until(() -> RedisLogFixture.post(gateway, second).statusCode() == 202);
            SseConnection.Frame next = stream.nextLogged();
            while (next.event().equals("gap")) {
                next = stream.nextLogged();
            }
            assertThat(next.data()).isEqualTo(data(2));
        }
    }

    private static String readiness(RunningGateway gateway) {
        return HttpCall.get(gateway.managementPort(), "/health/ready").body();
    }
}
