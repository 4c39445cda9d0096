package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.endtoend.RedisLogFixture.open;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.LogLines;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SteadyProducer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nothing goes wrong when a gateway is stopped, so nothing says so. */
class CleanStopTest {

    private final RedisLogFixture log = new RedisLogFixture();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void isSilentAlsoInTheMiddleOfTrafficAndAfterRedisWasAway() {
        RunningGateway gateway = log.gateway();
        try (SseConnection stream = open(gateway, null);
                SteadyProducer producer = SteadyProducer.start(log.redis().port())) {
            log.ask("CLIENT", "KILL", "TYPE", "pubsub");
            stream.next("gap");
            stream.next("queue_update");
            try (LogLines said = LogLines.capture()) {
                log.endWithItsVertx(gateway);
                producer.stop();

                assertThat(said.warnings()).isEmpty();
            }
        }
    }
}
