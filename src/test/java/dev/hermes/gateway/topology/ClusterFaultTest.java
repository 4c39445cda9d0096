package dev.hermes.gateway.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.RedisWire;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SteadyProducer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Cluster that changes, or loses a node, while somebody publishes and two gateways listen. */
@SuppressWarnings("NullAway") // What starts a fleet sets the fields.
class ClusterFaultTest {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterFaultTest.class);

    /** After how long without an answer the producer looks for another node. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** Where the producer publishes: a node that stays. */
    private static final int STEADY = 0;

    private static final int OTHER = 2;

    private ClusterFleet fleet;
    private Gateway first;
    private Gateway second;
    private SteadyProducer producer;
    private SseConnection oneStream;
    private SseConnection otherStream;
    private ReceivedFrames one;
    private ReceivedFrames other;

    private void start(ClusterFleet started) {
        fleet = started;
        first = gateway();
        second = gateway();
        String token = first.token("queue");
        oneStream = first.open("/queue", token);
        otherStream = second.open("/queue", token);
        one = new ReceivedFrames(oneStream);
        other = new ReceivedFrames(otherStream);
        producer = SteadyProducer.start(() -> fleet.port(STEADY), PATIENCE);
        await().until(() -> producer.last() > 100);
        one.awaitNumber(100);
        other.awaitNumber(100);
    }

    private Gateway gateway() {
        return new Gateway(Map.of("HERMES_REDIS_URL", fleet.url(""), "HERMES_REDIS_CLUSTER", true));
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

    @Test
    void aLogThatMovesToAnotherNodeIsFollowedThere() {
        start(ClusterFleet.ofMasters());
        fleet.moveLogTo(OTHER);

        assertBackAndNothingSilentlyLost();
        await().until(() -> fleet.subscribers(OTHER) == 2 && fleet.subscribers(ClusterFleet.LOG_NODE) == 0);
        assertThat(RedisWire.ask(fleet.port(OTHER), "EXISTS", "hermes:events")).containsExactly("1");
        assertThat(one.gaps()).containsOnly("source_hole");
    }

    @Test
    void theReplicaOfTheLogsNodeTakesOver() {
        start(ClusterFleet.withAReplicaOfTheLog());
        fleet.node(ClusterFleet.LOG_NODE).stop();
        assertBackAndNothingSilentlyLost();
        await().until(() -> fleet.subscribers(ClusterFleet.LOG_REPLICA) == 2);
    }

    @Test
    void aNodeWithoutTheLogIsMissedWhileItIsAway() {
        start(ClusterFleet.ofMasters());
        fleet.node(OTHER).stop();
        one.await("backend", "\"down\"");
        await().until(() -> !first.ready() && !second.ready());

        fleet.node(OTHER).restart();
        assertBackAndNothingSilentlyLost();
    }

    private void assertBackAndNothingSilentlyLost() {
        long fault = System.nanoTime();
        one.await("backend", "\"up\"");
        LOG.info(
                "cluster fault up_ms={}",
                Duration.ofNanos(System.nanoTime() - fault).toMillis());
        other.await("backend", "\"up\"");
        int enough = producer.last() + 100;
        await().until(() -> producer.last() >= enough);
        // The marker is settled by now, or within the second that is given to others.
        one.awaitNumber(enough);
        producer.stop();
        for (ReceivedFrames received : new ReceivedFrames[] {one, other}) {
            received.awaitNumber(producer.last());
            received.assertNothingSilentlyLost(producer);
            LOG.info(
                    "cluster fault published={} delivered={} gaps={} backend={}",
                    producer.published().size(),
                    received.delivered(),
                    received.gaps(),
                    received.backend());
            assertThat(received.backend()).startsWith("down").endsWith("up");
        }
        await().until(() -> first.ready() && second.ready());
    }
}
