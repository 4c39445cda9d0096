package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.Cursor;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Where replay meets live: nothing lost, nothing twice, whatever the distance, however far the hub lags behind the log, and
 * while more keeps coming. The window holds 16, a page 7, a visit takes 5.
 */
class SeamTest {

    private static final HubFixture.Sizes SIZES = HubFixture.Sizes.SMALL;

    private final TestLoop loop = new TestLoop();

    @AfterEach
    void close() {
        loop.close();
    }

    static Stream<Integer> distances() {
        // All up to well over the window, which has every limit and its neighbours in it; then everything there is.
        return IntStream.concat(IntStream.rangeClosed(0, 40), IntStream.of(100, 500))
                .boxed();
    }

    @ParameterizedTest(name = "{0} behind")
    @MethodSource("distances")
    void resumesExactly(int distance) {
        for (int unheard : new int[] {0, 1, distance / 2, distance - 1, distance}) {
            if (unheard >= 0 && unheard <= distance) {
                resumes(distance, unheard, 0);
                resumes(distance, unheard, 1);
                resumes(distance, unheard, 6);
            }
        }
    }

    /** Resumes that far behind the log, of which the hub has not heard the last ones, while more come at every turn. */
    private void resumes(int distance, int unheard, int moreEachTurn) {
        HubFixture fixture = loop.call(() -> new HubFixture(loop.vertx(), SIZES, HubFixture.STREAMS, distance));
        MemorySink sink = loop.call(() -> {
            EventId cursor = fixture.append(1).get(0);
            fixture.publish(distance - unheard);
            for (int event = 0; event < unheard; event++) {
                fixture.append(1);
            }
            return fixture.connect(HubFixture.ALL_OF_A, fixture.open(new Cursor.At(cursor)), HubFixture.ENDLESS);
        });
        int turns = 4 + distance / 5;
        for (int turn = 0; turn < turns; turn++) {
            loop.run(() -> {
                fixture.append(moreEachTurn);
                if (!fixture.batches.isEmpty()) {
                    fixture.hub.onBatch(fixture.batches.remove());
                }
                if (fixture.log.pendingReads() > 0) {
                    fixture.log.answer(0);
                }
            });
        }
        loop.run(fixture::deliver);
        while (!loop.call(() -> {
            while (fixture.log.pendingReads() > 0) {
                fixture.log.answer(0);
            }
            return fixture.hub.snapshot().clients().catchingUp() == 0;
        })) {
            loop.turns(1);
        }
        loop.run(() -> {
            List<SseReader.Message> messages = sink.messages();
            assertThat(messages.get(0).type()).isEqualTo("connected");
            assertThat(messages.subList(1, messages.size()).stream().map(SseReader.Message::id))
                    .as("distance=%d unheard=%d moreEachTurn=%d", distance, unheard, moreEachTurn)
                    .isEqualTo(everythingAfter(fixture, messages.get(0).id()));
            fixture.publish(1);
            assertThat(sink.messages()).hasSize(messages.size() + 1);
            fixture.hub.close();
        });
    }

    private static List<String> everythingAfter(HubFixture fixture, String cursor) {
        List<String> ids = fixture.ledger.ids();
        return ids.subList(ids.indexOf(cursor) + 1, ids.size());
    }

    @Test
    void asksTheLogForNothingThatTheWindowHolds() {
        HubFixture fixture = loop.call(() -> new HubFixture(loop.vertx(), SIZES, HubFixture.STREAMS, 1));
        loop.run(() -> {
            EventId cursor = fixture.append(1).get(0);
            fixture.publish(16);
            fixture.connect(HubFixture.ALL_OF_A, fixture.open(new Cursor.At(cursor)), HubFixture.ENDLESS);
            assertThat(fixture.log.asked()).isZero();
            fixture.publish(1);
            fixture.connect(HubFixture.ALL_OF_A, fixture.open(new Cursor.At(cursor)), HubFixture.ENDLESS);
            assertThat(fixture.log.asked()).isEqualTo(1);
            fixture.hub.close();
        });
    }

    @Test
    void readsForAFewAtATimeInTurnsAndForAllInTheEnd() {
        HubFixture fixture = loop.call(() -> new HubFixture(loop.vertx(), SIZES, HubFixture.STREAMS, 1));
        List<MemorySink> sinks = loop.call(() -> {
            EventId cursor = fixture.append(1).get(0);
            fixture.publish(100);
            return IntStream.range(0, 10)
                    .mapToObj(client -> fixture.connect(
                            HubFixture.ALL_OF_A, fixture.open(new Cursor.At(cursor)), HubFixture.ENDLESS))
                    .toList();
        });
        while (loop.call(() -> fixture.hub.snapshot().clients().catchingUp() > 0)) {
            loop.run(() -> {
                assertThat(fixture.log.pendingReads()).isBetween(0, 2);
                if (fixture.log.pendingReads() > 0) {
                    fixture.log.answer(0);
                }
                int most = sinks.stream().mapToInt(MemorySink::writes).max().orElse(0);
                int least = sinks.stream().mapToInt(MemorySink::writes).min().orElse(0);
                assertThat(most - least).isLessThan(60);
            });
        }
        loop.run(() -> {
            assertThat(sinks).allSatisfy(sink -> assertThat(sink.messages()).hasSize(101));
            fixture.hub.close();
        });
    }

    @Test
    void whoeverLeavesWhileTheLogIsAskedHoldsNobodyUp() {
        HubFixture fixture = loop.call(() -> new HubFixture(loop.vertx(), SIZES, HubFixture.STREAMS, 1));
        MemorySink last = loop.call(() -> {
            EventId cursor = fixture.append(1).get(0);
            fixture.publish(20);
            List<HubFixture.Connection> leaving = IntStream.range(0, 5)
                    .mapToObj(client -> fixture.connect(
                            HubFixture.ALL_OF_A,
                            fixture.open(new Cursor.At(cursor)),
                            List.of(),
                            HubFixture.ENDLESS,
                            MemorySink.UNLIMITED))
                    .toList();
            MemorySink sink =
                    fixture.connect(HubFixture.ALL_OF_A, fixture.open(new Cursor.At(cursor)), HubFixture.ENDLESS);
            leaving.forEach(connection -> connection.stream().gone());
            fixture.log.fail(0);
            fixture.log.answer(0);
            return sink;
        });
        for (int turn = 0; turn < 10; turn++) {
            loop.run(() -> {
                while (fixture.log.pendingReads() > 0) {
                    fixture.log.answer(0);
                }
            });
        }
        loop.run(() -> {
            assertThat(last.messages()).hasSize(21);
            assertThat(fixture.hub.snapshot().clients().catchingUp()).isZero();
            fixture.hub.close();
        });
    }

    @Test
    void aReadThatFailsIsTriedAgainWithTheNextTick() {
        HubFixture fixture = loop.call(() -> new HubFixture(loop.vertx(), SIZES, HubFixture.STREAMS, 1));
        MemorySink sink = loop.call(() -> {
            EventId cursor = fixture.append(1).get(0);
            fixture.publish(17);
            MemorySink resuming =
                    fixture.connect(HubFixture.ALL_OF_A, fixture.open(new Cursor.At(cursor)), HubFixture.ENDLESS);
            assertThat(resuming.messages()).extracting(SseReader.Message::type).containsExactly("connected");
            fixture.log.fail(0);
            assertThat(fixture.log.pendingReads()).isZero();
            fixture.pass(Hub.TICK);
            return resuming;
        });
        loop.run(() -> {
            assertThat(fixture.log.pendingReads()).isEqualTo(1);
            fixture.log.answer(0);
            assertThat(sink.messages()).hasSize(8);
            fixture.hub.close();
        });
    }

    @Test
    void aLogThatEndsBeforeTheWindowIsNotAskedWithoutEnd() {
        HubFixture fixture = loop.call(() -> new HubFixture(loop.vertx(), SIZES, HubFixture.STREAMS, 1));
        loop.run(() -> {
            EventId cursor = fixture.append(1).get(0);
            fixture.publish(17);
            fixture.connect(HubFixture.ALL_OF_A, fixture.open(new Cursor.At(cursor)), HubFixture.ENDLESS);
            fixture.log.answerWith(0, new dev.hermes.gateway.log.EventLog.ReadResult.Page(List.of()));
        });
        loop.turns(10);
        loop.run(() -> {
            assertThat(fixture.log.asked()).isEqualTo(1);
            fixture.pass(Hub.TICK);
        });
        loop.run(() -> {
            assertThat(fixture.log.asked()).isEqualTo(2);
            fixture.hub.close();
        });
    }
}
