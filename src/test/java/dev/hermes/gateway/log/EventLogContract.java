package dev.hermes.gateway.log;

import static dev.hermes.gateway.fixture.Futures.await;
import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every log keeps, tested through its interface and its outlet only. Whoever implements one extends this and says how
 * it is opened.
 */
public abstract class EventLogContract extends LogTest {

    /** A hole in the source, as this log comes to have one. */
    protected abstract LogEntry.GapEntry declareHole(Instant from, Instant to);

    /** Lets this much of the log's time pass, and the log take note of it. */
    protected abstract void pass(Duration time);

    /** An id that another log of the same kind may have given. */
    protected abstract EventId foreign(EventId own);

    @Test
    void idsGrowFromAppendToAppendAndWithinOne() {
        start(WIDE);
        List<EventId> ids = new ArrayList<>(append(3));
        ids.addAll(append(1));
        ids.add(declareHole(Instant.EPOCH, Instant.EPOCH).id());
        ids.addAll(append(2));
        assertThat(ids).hasSize(7).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void everyIdReadsBackFromItsText() {
        start(WIDE);
        assertThat(append(20))
                .allSatisfy(id -> assertThat(EventId.parse(id.toString())).isEqualTo(id));
    }

    @Test
    void readsBackFromAnEntry() {
        start(WIDE);
        List<EventId> ids = append(600);
        assertThat(upTo(ids.get(550), 300, 1 << 20)).isEqualTo(ids.subList(251, 551));
        assertThat(upTo(ids.get(3), 2, 1 << 20)).isEqualTo(ids.subList(2, 4));
        assertThat(upTo(ids.get(599), 10_000, 1 << 20))
                .as("beside what the log begins with")
                .endsWith(ids.toArray(EventId[]::new))
                .hasSizeLessThanOrEqualTo(601);
        assertThat(upTo(foreign(ids.get(5)), 10, 1 << 20))
                .as("no entry of this log")
                .isEmpty();
    }

    @Test
    void readsBackNoFurtherThanItIsToHold() {
        start(WIDE);
        List<EventId> ids = new ArrayList<>();
        for (int event = 0; event < 40; event++) {
            ids.addAll(await(log().append(List.of(envelope("queue", null, "x".repeat(10_000))))));
        }
        List<EventId> read = upTo(ids.get(39), 10_000, 100_000);
        assertThat(read).hasSizeBetween(9, 16).isEqualTo(ids.subList(40 - read.size(), 40));
    }

    @Test
    void everythingLeavesByTheOutletInOrderAndOnce() {
        start(WIDE);
        List<EventId> ids = new ArrayList<>();
        for (int batch = 1; batch <= 5; batch++) {
            ids.addAll(append(batch));
        }
        awaitOut(ids.size());
        assertThat(out.stream().map(LogEntry::id)).isEqualTo(ids);
    }

    @Test
    void whatLeavesIsWhatCame() {
        start(WIDE);
        EventId start = fresh().position();
        Envelope sent = new Envelope(
                "downloads",
                "download_progress",
                "k1",
                Map.of("key", "k1", "status", "on"),
                Buffer.buffer(json("{ 'n': 1.50, 't':'é🎧',\n 'key':'k1', 'status':'on'}")),
                "2026-01-01T00:00:00Z");
        EventId id = await(log().append(List.of(sent))).get(0);
        awaitOut(1);
        assertThat(out).containsExactly(new Event(id, sent));
        assertThat(page(start, 10)).containsExactly(new Event(id, sent));
    }

    @Test
    void nothingAppendedIsNothing() {
        start(WIDE);
        assertThat(append(0)).isEmpty();
        EventId tip = append(1).get(0);
        awaitOut(1);
        assertThat(out).hasSize(1);
        assertThat(fresh().position()).isEqualTo(tip);
    }

    @Test
    void thereIsAPositionBeforeTheFirstEvent() {
        start(WIDE);
        EventId position = fresh().position();
        EventId first = append(1).get(0);
        assertThat(first.isAfter(position)).isTrue();
        EventLog.StartPosition resumed = resume(position);
        assertThat(resumed.gap()).isNull();
        assertThat(resumed.position()).isEqualTo(position);
        assertThat(page(position, 10)).extracting(LogEntry::id).containsExactly(first);
    }

    @Test
    void aNewReaderStartsAtTheTip() {
        start(WIDE);
        EventId tip = append(3).get(2);
        assertThat(fresh()).isEqualTo(new EventLog.StartPosition(tip, null, List.of()));
    }

    @Test
    void everyEntryHeldIsACursor() {
        start(WIDE);
        for (EventId id : append(10)) {
            assertThat(resume(id)).isEqualTo(new EventLog.StartPosition(id, null, List.of()));
        }
    }

    @Test
    void aHoleIsACursorToo() {
        start(WIDE);
        append(1);
        LogEntry.GapEntry hole = declareHole(Instant.EPOCH, Instant.EPOCH);
        append(1);
        assertThat(resume(hole.id()).gap()).isNull();
    }

    @Test
    void aCursorTrimmedByCountIsEvicted() {
        start(bounds(5, Duration.ofHours(1), 64 << 20));
        List<EventId> ids = append(400);
        EventId tip = ids.get(ids.size() - 1);
        assertThat(resume(ids.get(0)))
                .isEqualTo(new EventLog.StartPosition(
                        tip, Gap.of(Gap.Reason.HISTORY_EVICTED, ids.get(0).toString(), tip), List.of()));
        assertThat(resume(ids.get(ids.size() - 5)).gap()).isNull();
    }

    @Test
    void aCursorTrimmedByBytesIsEvicted() {
        start(bounds(100_000, Duration.ofHours(1), 20_000));
        EventId first = append(1).get(0);
        assertThat(resume(first).gap()).isNull();
        await(log().append(List.of(envelope("downloads", "k1", "x".repeat(30_000)))));
        append(1);
        assertGap(resume(first), Gap.Reason.HISTORY_EVICTED);
    }

    @Test
    protected void aCursorTrimmedByAgeIsEvicted() {
        start(bounds(100_000, Duration.ofSeconds(10), 64 << 20));
        EventId old = append(1).get(0);
        pass(Duration.ofSeconds(8));
        EventId young = append(1).get(0);
        assertThat(resume(old).gap()).isNull();
        pass(Duration.ofSeconds(4));
        assertGap(resume(old), Gap.Reason.HISTORY_EVICTED);
        assertThat(resume(young).gap()).isNull();
    }

    @Test
    void theNewestEntryIsNeverTrimmed() {
        start(bounds(1, Duration.ofSeconds(1), 1));
        EventId tip = append(10).get(9);
        pass(Duration.ofSeconds(60));
        assertThat(resume(tip).gap()).isNull();
        assertThat(fresh().position()).isEqualTo(tip);
    }

    @Test
    void aCursorOfAnotherLogIsUnknown() {
        start(WIDE);
        EventId own = append(3).get(1);
        assertGap(resume(foreign(own)), Gap.Reason.UNKNOWN_CURSOR);
        assertGap(resume(new EventId(!own.memory(), own.major(), own.minor())), Gap.Reason.UNKNOWN_CURSOR);
    }

    @Test
    void aCursorOfTheFutureIsUnknown() {
        start(WIDE);
        EventId tip = append(3).get(2);
        assertGap(resume(new EventId(tip.memory(), tip.major(), tip.minor() + 1)), Gap.Reason.UNKNOWN_CURSOR);
        assertGap(resume(new EventId(tip.memory(), tip.major(), -1)), Gap.Reason.UNKNOWN_CURSOR);
        assertGap(resume(new EventId(tip.memory(), -1, -1)), Gap.Reason.UNKNOWN_CURSOR);
    }

    @Test
    void anUnreadableCursorIsUnknownAndKeptAsItCame() {
        start(WIDE);
        EventId tip = append(1).get(0);
        EventLog.StartPosition opening = await(log().open(Cursor.parse("no id \"at\" all"), List.of()));
        assertThat(opening)
                .isEqualTo(new EventLog.StartPosition(
                        tip, Gap.of(Gap.Reason.UNKNOWN_CURSOR, "no id \"at\" all", tip), List.of()));
    }

    @Test
    void recallsTheLastOfAChannelAndOfAKey() {
        start(WIDE);
        List<EventId> ids = await(log().append(List.of(
                envelope("downloads", "k1", "1"),
                envelope("downloads", "k2", "2"),
                envelope("downloads", "k1", "3"),
                envelope("stats", null, "4"),
                envelope("downloads", "k2", "5"),
                envelope("unindexed", "k1", "6"))));
        assertThat(recalled(new EventLog.StartPosition.LatestQuery("downloads", "k1")))
                .containsExactly(ids.get(2));
        assertThat(recalled(new EventLog.StartPosition.LatestQuery("downloads", null)))
                .containsExactly(ids.get(4));
        assertThat(recalled(
                        new EventLog.StartPosition.LatestQuery("stats", null),
                        new EventLog.StartPosition.LatestQuery("downloads", "k2")))
                .containsExactly(ids.get(3), ids.get(4));
        assertThat(recalled(
                        new EventLog.StartPosition.LatestQuery("downloads", null),
                        new EventLog.StartPosition.LatestQuery("downloads", "k2")))
                .containsExactly(ids.get(4));
        assertThat(recalled(
                        new EventLog.StartPosition.LatestQuery("downloads", "none"),
                        new EventLog.StartPosition.LatestQuery("unindexed", "k1")))
                .isEmpty();
    }

    @Test
    void recallsNothingForAReaderThatResumesOrTriesTo() {
        start(WIDE);
        EventId id = await(log().append(List.of(envelope("stats", null, "1")))).get(0);
        List<EventLog.StartPosition.LatestQuery> recalls =
                List.of(new EventLog.StartPosition.LatestQuery("stats", null));
        assertThat(await(log().open(new Cursor.At(id), recalls)).recalled()).isEmpty();
        assertThat(await(log().open(new Cursor.At(foreign(id)), recalls)).recalled())
                .isEmpty();
    }

    @Test
    void recallsOnlyWhatTheLogStillHolds() {
        start(bounds(2, Duration.ofHours(1), 64 << 20));
        await(log().append(List.of(envelope("downloads", "k1", "1"))));
        assertThat(recalled(new EventLog.StartPosition.LatestQuery("downloads", "k1")))
                .hasSize(1);
        for (int batch = 0; batch < 4; batch++) {
            append(100);
        }
        assertThat(recalled(new EventLog.StartPosition.LatestQuery("downloads", "k1")))
                .isEmpty();
    }

    @Test
    void whatIsRecalledStandsAtOrBeforeThePositionWhateverIsAppendedMeanwhile() {
        start(WIDE);
        List<Future<?>> appends = new ArrayList<>();
        List<Future<EventLog.StartPosition>> openings = new ArrayList<>();
        for (int round = 0; round < 200; round++) {
            appends.add(log().append(List.of(envelope("stats", null, "" + round))));
            openings.add(
                    log().open(new Cursor.Fresh(), List.of(new EventLog.StartPosition.LatestQuery("stats", null))));
        }
        await(Future.all(appends));
        for (Future<EventLog.StartPosition> opening : openings) {
            EventLog.StartPosition got = await(opening);
            assertThat(got.recalled())
                    .allSatisfy(event ->
                            assertThat(event.id().isAfter(got.position())).isFalse());
            // The last of its channel as of then: right after the position comes the next one, if any.
            assertThat(got.recalled().stream().map(Event::id)).allMatch(got.position()::equals);
        }
    }

    @Test
    void readsPageByPage() {
        start(WIDE);
        EventId position = fresh().position();
        List<EventId> ids = append(25);
        List<EventId> read = new ArrayList<>();
        for (List<LogEntry> page = page(position, 10); !page.isEmpty(); page = page(position, 10)) {
            assertThat(page.size()).isLessThanOrEqualTo(10);
            page.forEach(entry -> read.add(entry.id()));
            position = read.get(read.size() - 1);
        }
        assertThat(read).isEqualTo(ids);
    }

    @Test
    void readsNothingAfterTheTip() {
        start(WIDE);
        EventId tip = append(3).get(2);
        assertThat(page(tip, 10)).isEmpty();
    }

    @Test
    void saysWhenWhatFollowsIsNoLongerAllThere() {
        start(bounds(5, Duration.ofHours(1), 64 << 20));
        List<EventId> ids = append(400);
        assertThat(await(log().read(ids.get(0), 10))).isInstanceOf(EventLog.ReadResult.Evicted.class);
        assertThat(page(ids.get(ids.size() - 5), 10)).hasSize(4);
    }

    @Test
    void aHoleStandsInItsPlaceAndNamesThePositionBefore() {
        start(WIDE);
        Instant from = Instant.parse("2026-01-01T00:00:00Z");
        EventId before = append(1).get(0);
        LogEntry.GapEntry hole = declareHole(from, from.plusSeconds(5));
        EventId after = append(1).get(0);
        assertThat(hole.requested()).isEqualTo(before);
        assertThat(hole.from()).isEqualTo(from);
        assertThat(hole.to()).isEqualTo(from.plusSeconds(5));
        assertThat(page(before, 10)).element(0).isEqualTo(hole);
        assertThat(page(before, 10)).element(1).extracting(LogEntry::id).isEqualTo(after);
        awaitOut(3);
        assertThat(out).element(1).isEqualTo(hole);
    }

    @Test
    void severalLoopsMayAppendAtOnceAndAnswersComeOnTheirOwn() {
        start(WIDE);
        int loops = 4;
        int appends = 100;
        AtomicReference<@Nullable String> strayed = new AtomicReference<>();
        List<Future<List<EventId>>> answers = Collections.synchronizedList(new ArrayList<>());
        List<Context> contexts = IntStream.range(0, loops)
                .mapToObj(index -> vertx().getOrCreateContext())
                .toList();
        for (int append = 0; append < appends; append++) {
            for (Context context : contexts) {
                context.runOnContext(go -> {
                    Thread mine = Thread.currentThread();
                    answers.add(log().append(List.of(envelope("stats", null, "x"), envelope("stats", null, "y")))
                            .onComplete(done -> {
                                if (Thread.currentThread() != mine) {
                                    strayed.set(Thread.currentThread() + " instead of " + mine);
                                }
                            }));
                });
            }
        }
        awaitOut(loops * appends * 2);
        Awaitility.await().until(() -> answers.size() == loops * appends);
        assertThat(out).extracting(LogEntry::id).isSorted().doesNotHaveDuplicates();
        for (Future<List<EventId>> answer : List.copyOf(answers)) {
            List<EventId> pair = await(answer);
            int at = out.stream().map(LogEntry::id).toList().indexOf(pair.get(0));
            assertThat(out.get(at + 1).id()).isEqualTo(pair.get(1));
        }
        assertThat(strayed.get()).isNull();
    }

    @Test
    void takesNothingOnceItIsClosed() {
        start(WIDE);
        append(1);
        await(log().close());
        Future<List<EventId>> late = log().append(List.of(envelope("stats", null, "x")));
        Awaitility.await().until(late::isComplete);
        assertThat(late.failed()).isTrue();
        assertThat(out).hasSize(1);
    }
}
