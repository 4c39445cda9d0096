package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.EventLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReaderQueueTest {

    private final TestLoop loop = new TestLoop();
    private final HubFixture fixture =
            loop.call(() -> new HubFixture(loop.vertx(), HubFixture.Sizes.USUAL, HubFixture.STREAMS, 1));
    private final ReaderQueue queue = new ReaderQueue();

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void credentialsTakeTurnsAndEachKeepsItsOwnOrder() {
        List<Subscriber> greedy = List.of(of("a"), of("a"), of("a"));
        List<Subscriber> modest = List.of(of("b"), of("b"));
        greedy.forEach(queue::add);
        modest.forEach(queue::add);
        List<Subscriber> order = new ArrayList<>();
        for (Subscriber next = queue.poll(true); next != null; next = queue.poll(true)) {
            order.add(next);
        }

        assertThat(order).containsExactly(greedy.get(0), modest.get(0), greedy.get(1), modest.get(1), greedy.get(2));
    }

    @Test
    void whoComesBackWaitsBehindTheOthers() {
        Subscriber first = of("a");
        Subscriber second = of("b");
        queue.add(first);
        queue.add(second);
        assertThat(queue.poll(true)).isEqualTo(first);

        queue.add(first);
        assertThat(queue.poll(true)).isEqualTo(second);
        assertThat(queue.poll(true)).isEqualTo(first);
        assertThat(queue.poll(true)).isNull();
    }

    private Subscriber of(String credential) {
        EventLog.StartPosition here = new EventLog.StartPosition(new EventId(true, 1, 0), null, List.of());
        StreamPermit permit = new HubFixture.TestLease(Instant.EPOCH.plusSeconds(credential.charAt(0)), false);
        return new PendingPoll(fixture.hub, HubFixture.ALL_OF_A, permit, here, 1, 0);
    }
}
