package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.EventLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReaderQueueTest {

    private static final EventId HERE = new EventId(true, 1, 0);

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
        for (Subscriber next = next(); next != null; next = next()) {
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
        assertThat(next()).isEqualTo(first);

        queue.add(first);
        assertThat(next()).isEqualTo(second);
        assertThat(next()).isEqualTo(first);
        assertThat(next()).isNull();
    }

    @Test
    void pollsWaitForRoomAndWhoHasLeftForNothing() {
        Subscriber leaves = of("a");
        Subscriber stays = of("a");
        queue.add(leaves);
        queue.add(stays);
        assertThat(queue.poll(true, poll -> false)).isNull();

        leaves.becomeClosed(HERE, new HubCounters(Set.of()));
        queue.clean();
        assertThat(next()).isEqualTo(stays);
        assertThat(next()).isNull();
    }

    private @Nullable Subscriber next() {
        return queue.poll(true, poll -> true);
    }

    private Subscriber of(String credential) {
        EventLog.StartPosition here = new EventLog.StartPosition(HERE, null, List.of());
        StreamPermit permit = new HubFixture.TestLease(Instant.EPOCH.plusSeconds(credential.charAt(0)), false);
        return new PendingPoll(fixture.hub, HubFixture.ALL_OF_A, permit, here, 1, 0);
    }
}
