package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.endtoend.RedisLogFixture.open;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SteadyProducer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Nothing goes wrong when a gateway is stopped, so nothing says so. */
class CleanStopTest {

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> said = new ListAppender<>();
    private final RedisLogFixture log = new RedisLogFixture();

    @AfterEach
    void close() {
        root.detachAppender(said);
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
            said.start();
            root.addAppender(said);

            log.endWithItsVertx(gateway);
            producer.stop();

            assertThat(said.list)
                    .filteredOn(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .isEmpty();
        }
    }
}
