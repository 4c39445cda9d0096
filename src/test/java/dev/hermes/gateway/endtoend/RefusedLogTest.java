package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.endtoend.RedisLogFixture.data;
import static dev.hermes.gateway.endtoend.RedisLogFixture.open;
import static dev.hermes.gateway.endtoend.RedisLogFixture.state;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Redis is there, answers and takes writes, and the log takes nothing: nobody may be shown that all is well. */
class RefusedLogTest {

    private final RedisLogFixture log = new RedisLogFixture();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void aLogOfAnotherVersionIsSaidToBeAwayAndNothingHeardIsLost() {
        RunningGateway gateway = log.gateway();
        Operator operator = new Operator(gateway);
        try (SseConnection stream = open(gateway, null)) {
            log.ask("HSET", "{hermes:events}:ingest", "version", "0");
            log.publish(1);
            assertThat(state(stream.next("backend"))).isEqualTo("down");
            assertThat(operator.status("/health/ready")).isEqualTo(503);
            assertThat(log.ask("XLEN", "hermes:events")).containsExactly("1");
            try (SseConnection late =
                    SseConnection.open(gateway.port(), RedisLogFixture.QUEUE + "?token=" + gateway.token("queue"))) {
                assertThat(late.next().data()).contains("BACKEND_UNAVAILABLE");
            }

            log.ask("HSET", "{hermes:events}:ingest", "version", "1");
            List<Frame> came = new ArrayList<>();
            while (came.stream().noneMatch(frame -> frame.data().equals(data(1)))
                    || came.stream()
                            .noneMatch(frame -> frame.event().equals("backend")
                                    && state(frame).equals("up"))) {
                came.add(stream.nextEvent());
            }
            await().until(() -> operator.status("/health/ready") == 200);
        }
    }

    @Test
    void aStreamThatIsNoneIsSaidToBeAwayUntilItIsOne() {
        RunningGateway gateway = log.gateway();
        try (SseConnection stream = open(gateway, null)) {
            log.ask("RENAME", "hermes:events", "aside");
            log.ask("SET", "hermes:events", "no stream");
            log.publish(1);
            assertThat(state(stream.next("backend"))).isEqualTo("down");

            log.ask("RENAME", "aside", "hermes:events");
            while (!stream.nextLogged().data().equals(data(1))) {
                // Where Redis is late a gap may come first.
            }
        }
    }
}
