package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.Cursor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Where there is no memory for a frame, whoever should get it waits, and in the end has everything once and in order. */
class FrameMemoryTest extends HubTest {

    @Test
    void whoIsLiveGetsLaterWhatThereWasNoRoomFor() {
        List<MemorySink> live = loop.call(() ->
                IntStream.range(0, 5).mapToObj(client -> fixture.connect()).toList());
        loop.run(() -> {
            fixture.memory.room(1);
            fixture.publish(3);
        });
        loop.run(() -> {
            assertThat(live).extracting(sink -> ofType(sink, "update").size()).containsOnly(1);
            fixture.memory.room(MemorySink.UNLIMITED);
        });
        goesOnWithAll(live);
    }

    @Test
    void whoReadsFromTheLogGoesOnWhereItWas() {
        List<MemorySink> behind = loop.call(() -> {
            EventId cursor = fixture.append(1).get(0);
            fixture.publish(40);
            fixture.memory.room(8);
            return IntStream.range(0, 3)
                    .mapToObj(client -> fixture.connect(
                            HubFixture.ALL_OF_A, fixture.open(new Cursor.At(cursor)), HubFixture.ENDLESS))
                    .toList();
        });
        answerAll();
        loop.run(() -> fixture.memory.room(MemorySink.UNLIMITED));
        goesOnWithAll(behind);
    }

    @Test
    void triesAgainWithTheTickAndNotWithoutEnd() {
        MemorySink client = loop.call(() -> {
            EventId cursor = fixture.append(1).get(0);
            fixture.publish(10);
            fixture.memory.room(1);
            return fixture.connect(HubFixture.ALL_OF_A, fixture.open(new Cursor.At(cursor)), HubFixture.ENDLESS);
        });
        loop.turns(10);
        int tried = loop.call(fixture.memory::refused);
        loop.turns(10);
        assertThat(loop.call(fixture.memory::refused)).as("frames tried").isEqualTo(tried);
        loop.run(() -> fixture.pass(Hub.TICK));
        loop.turns(10);
        assertThat(loop.call(fixture.memory::refused)).as("frames tried").isEqualTo(tried + 1);
        loop.run(() -> fixture.memory.room(MemorySink.UNLIMITED));
        goesOnWithAll(List.of(client));
    }

    @Test
    void aCrowdThatReadsNothingHasOnlySoManyFramesOfItsOwn() {
        EventId cursor = loop.call(() -> fixture.append(1).get(0));
        loop.run(() -> fixture.publish(60));
        List<MemorySink> crowd = loop.call(() ->
                IntStream.range(0, 20).mapToObj(client -> resume(cursor, 0)).toList());
        answerAll();
        assertThat(loop.call(
                        () -> crowd.stream().filter(sink -> sink.writes() > 1).count()))
                .as("clients that were given more than the first frame")
                .isBetween(5L, 10L);

        MemorySink reading = loop.call(() -> {
            MemorySink live = fixture.connect();
            fixture.publish(1);
            return live;
        });
        assertThat(loop.call(() -> ofType(reading, "update")))
                .as("events of one who is live")
                .hasSize(1);

        loop.run(() -> crowd.forEach(sink -> sink.allow(MemorySink.UNLIMITED)));
        goesOnWithAll(crowd);
    }

    @Test
    void aPollIsServedWhileACrowdHoldsAllTheFramesThereMayBe() {
        EventId cursor = loop.call(() -> fixture.append(1).get(0));
        loop.run(() -> fixture.publish(60));
        loop.run(() -> IntStream.range(0, 20).forEach(client -> resume(cursor, 0)));
        answerAll();
        PendingPoll poll = loop.call(() -> hub.poll(
                HubFixture.ALL_OF_A, HubFixture.ENDLESS, fixture.open(new Cursor.At(cursor)), 10, Duration.ZERO));
        answerAll();
        assertThat(loop.call(() -> poll.page().result().events())).hasSize(10);
        loop.run(() -> hub.endAll(SseStream.CloseReason.SERVER_SHUTDOWN, Duration.ZERO));
    }

    @Test
    void pollsWhoseAnswersNobodyReadsHaveOnlySoManyPages() {
        EventId cursor = loop.call(() -> fixture.append(1).get(0));
        loop.run(() -> fixture.publish(60));
        List<PendingPoll> polls = loop.call(() -> IntStream.range(0, 20)
                .mapToObj(client -> hub.poll(
                        HubFixture.ALL_OF_A,
                        HubFixture.ENDLESS,
                        fixture.open(new Cursor.At(cursor)),
                        10,
                        Duration.ofMinutes(1)))
                .toList());
        answerAll();
        assertThat(loop.call(
                        () -> polls.stream().filter(FrameMemoryTest::answered).count()))
                .as("polls that have their page")
                .isBetween(3L, 12L);

        PendingPoll another = loop.call(() -> hub.poll(
                HubFixture.ALL_OF_A,
                new HubFixture.TestLease(Instant.EPOCH.plusSeconds(1), false),
                fixture.open(new Cursor.At(cursor)),
                10,
                Duration.ofMinutes(1)));
        answerAll();
        assertThat(loop.call(() -> answered(another)))
                .as("a poll of somebody else")
                .isTrue();

        for (int round = 0; round < 10; round++) {
            loop.run(() -> {
                polls.stream().filter(FrameMemoryTest::answered).forEach(PendingPoll::read);
                fixture.pass(Hub.TICK);
            });
            answerAll();
        }
        assertThat(loop.call(
                        () -> polls.stream().map(poll -> poll.page().result()).toList()))
                .allSatisfy(page -> assertThat(page.events()).hasSize(10));
    }

    private static boolean answered(PendingPoll poll) {
        return poll.page().isComplete();
    }

    @Test
    void aStreamThatCannotBeToldItsEndIsCut() {
        MemorySink client = loop.call(fixture::connect);
        loop.run(() -> {
            fixture.memory.room(0);
            hub.endAll(SseStream.CloseReason.SERVER_SHUTDOWN, Duration.ZERO);
            fixture.pass(Hub.TICK);
            assertThat(client.aborted()).isTrue();
            fixture.memory.room(MemorySink.UNLIMITED);
        });
    }

    @Test
    void aStreamThatCannotBeToldWhatItMissesIsCutAndTheOthersAreToldAllTheSame() {
        List<MemorySink> clients = loop.call(() ->
                IntStream.range(0, 3).mapToObj(client -> fixture.connect()).toList());
        loop.run(() -> {
            fixture.memory.room(1);
            hub.onLogLost(new EventId(true, 77, 0));
            assertThat(clients)
                    .filteredOn(client -> ofType(client, "gap").size() == 1)
                    .hasSize(1);
            assertThat(clients).filteredOn(MemorySink::aborted).hasSize(2);
            fixture.memory.room(MemorySink.UNLIMITED);
        });
    }

    @Test
    void aStreamThatCannotBeginGivesItsPlaceBack() {
        loop.run(() -> {
            fixture.memory.room(0);
            MemorySink refused = fixture.connect();
            assertThat(refused.aborted()).isTrue();
            assertThat(fixture.admission.openStreams()).isZero();
            assertThat(hub.isEmpty()).isTrue();
            fixture.memory.room(MemorySink.UNLIMITED);
        });
    }

    @Test
    void aHeartbeatThatCannotBeMadeComesWithTheNext() {
        MemorySink client = loop.call(fixture::connect);
        loop.run(() -> {
            fixture.memory.room(0);
            fixture.pass(INTERVAL.plus(INTERVAL));
            assertThat(ofType(client, "heartbeat")).isEmpty();
            fixture.memory.room(MemorySink.UNLIMITED);
            fixture.pass(INTERVAL.plus(Hub.TICK));
            assertThat(ofType(client, "heartbeat")).isNotEmpty();
        });
    }

    private MemorySink resume(EventId cursor, long allowance) {
        return fixture.connect(
                        HubFixture.ALL_OF_A,
                        fixture.open(new Cursor.At(cursor)),
                        List.of(),
                        HubFixture.ENDLESS,
                        allowance)
                .sink();
    }

    /** With room again, each has exactly what was published since it connected, and is live. */
    private void goesOnWithAll(List<MemorySink> clients) {
        for (int round = 0; round < 10; round++) {
            loop.run(() -> fixture.pass(Hub.TICK));
            answerAll();
        }
        loop.run(() -> {
            fixture.publish(1);
            assertThat(hub.snapshot().clients().catchingUp()).isZero();
            List<String> all = fixture.ledger.ids();
            assertThat(clients)
                    .allSatisfy(client -> assertThat(ofType(client, "update"))
                            .extracting(SseReader.Message::id)
                            .isEqualTo(all.subList(
                                    all.indexOf(client.messages().get(0).id()) + 1, all.size())));
        });
    }

    private void answerAll() {
        for (int turn = 0; turn < 30; turn++) {
            loop.run(() -> {
                while (fixture.log.pendingReads() > 0) {
                    fixture.log.answer(0);
                }
            });
        }
    }
}
