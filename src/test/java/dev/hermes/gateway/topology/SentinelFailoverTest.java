package dev.hermes.gateway.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SteadyProducer;
import dev.hermes.gateway.fixture.SteadyProducer.Published;
import dev.hermes.gateway.watchdog.Pace;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The master goes and a replica takes over, while somebody publishes to whichever is master, and two gateways listen. */
class SentinelFailoverTest {

    private static final Logger LOG = LoggerFactory.getLogger(SentinelFailoverTest.class);

    /** After how long without an answer the producer looks for another node. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration BACK_IN_SERVICE = Duration.ofSeconds(5);

    private SentinelFleet fleet;
    private Gateway first;
    private Gateway second;
    private SteadyProducer producer;
    private SseConnection oneStream;
    private SseConnection otherStream;

    @BeforeEach
    void start() {
        fleet = new SentinelFleet();
        first = gateway();
        second = gateway();
        String token = first.token("queue");
        oneStream = first.open("/queue", token);
        otherStream = second.open("/queue", token);
        producer = SteadyProducer.start(fleet::masterPort, PATIENCE);
    }

    @AfterEach
    void stop() {
        producer.close();
        oneStream.close();
        otherStream.close();
        second.close();
        first.close();
        fleet.close();
    }

    private Gateway gateway() {
        return new Gateway(
                Map.of("HERMES_REDIS_URL", fleet.url(), "HERMES_REDIS_SENTINEL_MASTER", SentinelFleet.MASTER));
    }

    @Test
    void aMasterThatDiesIsReplacedAndNothingIsSilentlyLost() {
        failOver(() -> fleet.firstMaster().stop());
    }

    @Test
    void aMasterThatFallsSilentIsReplacedAndNothingIsSilentlyLost() {
        failOver(() -> fleet.firstMaster().pause());
    }

    @Test
    void aMasterThatHandsOverIsFollowedAndNothingIsSilentlyLost() {
        failOver(fleet::failOver);
    }

    private void failOver(Runnable fault) {
        ReceivedFrames one = new ReceivedFrames(oneStream);
        ReceivedFrames other = new ReceivedFrames(otherStream);
        int old = fleet.firstMaster().port();
        await().until(() -> producer.last() > 100);
        one.awaitNumber(100);
        other.awaitNumber(100);

        Pace pace = Pace.start();
        fault.run();
        await().atMost(Duration.ofSeconds(60)).until(() -> producer.publishesElsewhereThan(old));
        Published promoted = producer.published().stream()
                .filter(published -> published.port() != old)
                .findFirst()
                .orElseThrow();
        for (ReceivedFrames received : new ReceivedFrames[] {one, other}) {
            received.await("backend", "\"up\"");
            received.awaitNumber(promoted.number());
        }
        int enough = producer.last() + 100;
        await().until(() -> producer.last() >= enough);
        producer.stop();

        for (ReceivedFrames received : new ReceivedFrames[] {one, other}) {
            received.awaitNumber(producer.last());
            received.assertNothingSilentlyLost(producer);
            // A busy machine may lose the new master's link another time.
            assertThat(received.backend()).startsWith("down").endsWith("up");
            LOG.info(
                    "failover published={} delivered={} gaps={}",
                    producer.published().size(),
                    received.delivered(),
                    received.gaps());
        }
        LOG.info("failover back_ms={}", one.behind(promoted).toMillis());
        assertThat(one.behind(promoted)).isLessThan(pace.stretched(BACK_IN_SERVICE));
        await().until(() -> first.ready() && second.ready());
    }
}
