package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What one poll is answered, and when. */
class PendingPollTest extends HubTest {

    private PendingPoll poll(Cursor cursor, int limit, Duration wait) {
        return hub.poll(HubFixture.ALL_OF_A, HubFixture.ENDLESS, fixture.open(cursor), limit, wait);
    }

    private static List<EventId> ids(PendingPoll poll) {
        return poll.page().result().events().stream().map(event -> event.id()).toList();
    }

    @Test
    void answersAtOnceWithWhatIsThere() {
        loop.run(() -> {
            EventId cursor = fixture.append(1).get(0);
            List<EventId> ids = fixture.append(3);
            fixture.deliver();
            PendingPoll poll = poll(new Cursor.At(cursor), 100, Duration.ofSeconds(30));
            assertThat(ids(poll)).isEqualTo(ids);
            assertThat(poll.page().result().lastId()).isEqualTo(ids.get(2));
            assertThat(poll.page().result().gap()).isNull();
        });
    }

    @Test
    void answersAtOnceWithNothingWhenItDoesNotWait() {
        loop.run(() -> {
            EventId tip = fixture.append(1).get(0);
            fixture.deliver();
            PendingPoll poll = poll(new Cursor.Fresh(), 100, Duration.ZERO);
            assertThat(poll.page().result()).isEqualTo(new PendingPoll.Page(List.of(), tip, null));
        });
    }

    @Test
    void endsItsPageAtTheLimit() {
        loop.run(() -> {
            EventId cursor = fixture.append(1).get(0);
            List<EventId> ids = fixture.append(5);
            fixture.deliver();
            PendingPoll poll = poll(new Cursor.At(cursor), 2, Duration.ZERO);
            assertThat(ids(poll)).isEqualTo(ids.subList(0, 2));
            assertThat(poll.page().result().lastId()).isEqualTo(ids.get(1));
        });
    }

    @Test
    void waitsForTheFirstEventAndTakesWhatComesWithIt() {
        loop.run(() -> {
            PendingPoll poll = poll(new Cursor.Fresh(), 100, Duration.ofSeconds(30));
            fixture.append(List.of(fixture.envelope("b", null, Map.of(), 0)));
            fixture.deliver();
            assertThat(poll.page().isComplete()).isFalse();
            List<EventId> ids = fixture.append(3);
            fixture.deliver();
            assertThat(ids(poll)).isEqualTo(ids);
        });
    }

    @Test
    void cutsALiveBatchAtItsLimitAndLosesNothing() {
        loop.run(() -> {
            PendingPoll poll = poll(new Cursor.Fresh(), 2, Duration.ofSeconds(30));
            List<EventId> ids = fixture.append(5);
            fixture.deliver();
            assertThat(ids(poll)).isEqualTo(ids.subList(0, 2));
            assertThat(poll.page().result().lastId()).isEqualTo(ids.get(1));
        });
    }

    @Test
    void answersWhenItsTimeIsUpWithThePositionReached() {
        loop.run(() -> {
            PendingPoll poll = poll(new Cursor.Fresh(), 100, Duration.ofSeconds(10));
            EventId tip = fixture.append(List.of(fixture.envelope("b", null, Map.of(), 0)))
                    .get(0);
            fixture.deliver();
            fixture.pass(Duration.ofMillis(9_950));
            assertThat(poll.page().isComplete()).isFalse();
            fixture.pass(Duration.ofMillis(50));
            assertThat(poll.page().result()).isEqualTo(new PendingPoll.Page(List.of(), tip, null));
        });
    }

    @Test
    void answersAtOnceWhenItIsToWaitNoLonger() {
        loop.run(() -> {
            PendingPoll poll = poll(new Cursor.Fresh(), 100, Duration.ofSeconds(30));
            EventId tip = fixture.append(List.of(fixture.envelope("b", null, Map.of(), 0)))
                    .get(0);
            fixture.deliver();
            poll.waitNoLonger();
            assertThat(poll.page().result()).isEqualTo(new PendingPoll.Page(List.of(), tip, null));
            poll.waitNoLonger();
        });
    }

    @Test
    void aPollFarBehindThatIsToWaitNoLongerIsStillAnsweredWithWhatTheLogHolds() {
        EventId cursor = loop.call(() -> {
            EventId first = fixture.append(1).get(0);
            fixture.publish(20);
            return first;
        });
        PendingPoll poll = loop.call(() -> poll(new Cursor.At(cursor), 7, Duration.ofSeconds(30)));
        loop.run(() -> {
            poll.waitNoLonger();
            assertThat(poll.page().isComplete()).isFalse();
            fixture.log.answer(0);
            assertThat(ids(poll)).hasSize(7);
        });
    }

    @Test
    void aPollFarBehindThatDoesNotWaitIsStillAnsweredWithWhatTheLogHolds() {
        EventId cursor = loop.call(() -> {
            EventId first = fixture.append(1).get(0);
            fixture.publish(20);
            return first;
        });
        PendingPoll poll = loop.call(() -> poll(new Cursor.At(cursor), 7, Duration.ZERO));
        loop.run(() -> {
            fixture.pass(Duration.ofMillis(500));
            assertThat(poll.page().isComplete()).isFalse();
            fixture.log.answer(0);
            assertThat(ids(poll)).hasSize(7);
        });
    }

    @Test
    void aPollWhoseLogDoesNotAnswerIsAnsweredAfterTheGrace() {
        loop.run(() -> {
            EventId cursor = fixture.append(1).get(0);
            fixture.publish(20);
            PendingPoll poll = poll(new Cursor.At(cursor), 7, Duration.ZERO);
            fixture.pass(Duration.ofSeconds(3));
            assertThat(poll.page().result()).isEqualTo(new PendingPoll.Page(List.of(), cursor, null));
        });
    }

    @Test
    void aGapStandsBeforeTheEventsAndIsAnsweredAtOnce() {
        loop.run(() -> {
            EventLog.StartPosition opening = fixture.open(Cursor.parse("nonsense"));
            PendingPoll poll = hub.poll(HubFixture.ALL_OF_A, HubFixture.ENDLESS, opening, 100, Duration.ofSeconds(30));
            assertThat(poll.page().result())
                    .isEqualTo(new PendingPoll.Page(List.of(), opening.position(), opening.gap()));
            assertThat(hub.snapshot().gaps()).containsEntry(Gap.Reason.UNKNOWN_CURSOR, 1L);
        });
    }

    @Test
    void aPageEndsBeforeAHoleAndTheNextBeginsWithIt() {
        loop.run(() -> {
            EventId cursor = fixture.append(1).get(0);
            EventId before = fixture.append(1).get(0);
            LogEntry.GapEntry hole = fixture.appendHole();
            EventId after = fixture.append(1).get(0);
            fixture.deliver();
            PendingPoll first = poll(new Cursor.At(cursor), 100, Duration.ZERO);
            assertThat(ids(first)).containsExactly(before);
            assertThat(first.page().result().lastId()).isEqualTo(before);
            PendingPoll second = poll(new Cursor.At(before), 100, Duration.ZERO);
            assertThat(second.page().result().gap()).isEqualTo(Gap.of(hole));
            assertThat(ids(second)).containsExactly(after);
        });
    }

    @Test
    void aLiveBatchWithAHoleInItIsCutBeforeTheHole() {
        loop.run(() -> {
            PendingPoll poll = poll(new Cursor.Fresh(), 100, Duration.ofSeconds(30));
            EventId before = fixture.append(1).get(0);
            LogEntry.GapEntry hole = fixture.appendHole();
            List<dev.hermes.gateway.event.LogEntry> entries = new java.util.ArrayList<>();
            fixture.batches.forEach(batch -> entries.addAll(batch.entries()));
            fixture.batches.clear();
            hub.onBatch(new dev.hermes.gateway.delivery.HubBus.Signal.EventBatch(entries, System.nanoTime()));
            assertThat(ids(poll)).containsExactly(before);
            assertThat(poll.page().result().lastId()).isEqualTo(before);
            assertThat(poll(new Cursor.At(before), 100, Duration.ZERO).page().result())
                    .isEqualTo(new PendingPoll.Page(List.of(), hole.id(), Gap.of(hole)));
        });
    }

    @Test
    void allAreAnsweredWhenTheHubIsToldTo() {
        loop.run(() -> {
            PendingPoll first = poll(new Cursor.Fresh(), 100, Duration.ofSeconds(30));
            PendingPoll second = poll(new Cursor.Fresh(), 100, Duration.ofSeconds(30));
            hub.answerPolls();
            assertThat(first.page().isComplete()).isTrue();
            assertThat(second.page().isComplete()).isTrue();
        });
    }

    @Test
    void isNoStreamInTheCounters() {
        loop.run(() -> {
            poll(new Cursor.Fresh(), 100, Duration.ofSeconds(30));
            assertThat(hub.snapshot().clients().open()).isZero();
            assertThat(hub.snapshot().clients().opened()).isZero();
        });
    }
}
