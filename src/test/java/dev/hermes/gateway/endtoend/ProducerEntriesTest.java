package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.endtoend.RedisLogFixture.open;
import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each gateway counts by which door an event came to it, also where the event is in the log already. */
class ProducerEntriesTest {

    private final RedisLogFixture log = new RedisLogFixture();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void whatProducersAppendedIsCountedByEveryGatewayAndNothingElseIs() {
        log.append(0);
        RunningGateway first = log.gateway();
        RunningGateway second = log.gateway();
        try (SseConnection one = open(first, null);
                SseConnection other = open(second, null)) {
            for (int number = 1; number <= 30; number++) {
                log.append(number);
                log.publish(number);
                RedisLogFixture.post(
                        number % 2 == 0 ? first : second,
                        json("{'channel':'queue:updates','type':'queue_update','data':{}}"));
            }
            assertReceived(first, 30, 15);
            assertReceived(second, 30, 15);

            log.ask("FLUSHALL");
            one.next("gap");
            other.next("gap");
            log.append(31);
            log.append(32);
            log.publish(33);
            assertReceived(first, 32, 15);
            assertReceived(second, 32, 15);
        }
    }

    @Test
    void whatIsNoEventIsCountedByEveryGatewayThoughOneKeepsIt() {
        Operator first = new Operator(log.gateway());
        Operator second = new Operator(log.gateway());
        log.ask("XADD", "hermes:events", "*", "channel", "queue:updates", "type", "queue_update", "data", "[1]");
        String counter = "hermes_events_rejected_total{reason=\"wrong_type\"}";

        await().untilAsserted(() -> assertThat(first.metric(counter)).isEqualTo(1));
        await().untilAsserted(() -> assertThat(second.metric(counter)).isEqualTo(1));
        await().untilAsserted(
                        () -> assertThat(log.ask("XLEN", "hermes:rejected")).containsExactly("1"));
    }

    private static void assertReceived(RunningGateway gateway, int byProducers, int posted) {
        Operator operator = new Operator(gateway);
        await().untilAsserted(() -> assertThat(received(operator, "xadd"))
                .as("appended by producers")
                .isEqualTo(byProducers));
        assertThat(received(operator, "publish")).isEqualTo(posted);
    }

    private static double received(Operator operator, String source) {
        return operator.metric("hermes_events_received_total{channel=\"queue:updates\",source=\"" + source + "\"}");
    }
}
