package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.http.Admission;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What one stream is told while it lasts. */
class SseStreamTest extends HubTest {

    @Test
    void beginsWithItsPositionAndAnIdentityOfItsOwn() {
        loop.run(() -> {
            EventId tip = fixture.append(1).get(0);
            fixture.deliver();
            SseReader.Message connected = fixture.connect().messages().get(0);
            assertThat(connected.type()).isEqualTo("connected");
            assertThat(connected.id()).isEqualTo(tip.toString());
            assertThat(connected.retry()).isBetween(300, 900);
            assertThat(connected.json().getString("connection_id"))
                    .matches("conn_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
            assertThat(connected.json().getString("timestamp"))
                    .isEqualTo(fixture.wallNow().toString());
            assertThat(connected.json().fieldNames()).containsExactlyInAnyOrder("connection_id", "timestamp");
        });
    }

    @Test
    void tellsOfAGapRightAfterConnected() {
        loop.run(() -> {
            EventLog.StartPosition opening = fixture.open(Cursor.parse("nonsense"));
            MemorySink sink = fixture.connect(HubFixture.ALL_OF_A, opening, HubFixture.ENDLESS);
            SseReader.Message gap = sink.messages().get(1);
            assertThat(gap.type()).isEqualTo("gap");
            assertThat(gap.id()).isEqualTo(opening.position().toString());
            assertThat(gap.json())
                    .isEqualTo(new JsonObject()
                            .put("reason", "unknown_cursor")
                            .put("requested", "nonsense")
                            .put("resumed_at", opening.position().toString()));
            assertThat(hub.snapshot().gaps()).containsEntry(Gap.Reason.UNKNOWN_CURSOR, 1L);
        });
    }

    @Test
    void greetsBeforeTheFirstEventWithoutMovingTheCursor() {
        loop.run(() -> {
            EventLog.StartPosition opening = fixture.open(new Cursor.Fresh());
            fixture.append(1);
            fixture.deliver();
            MemorySink sink = fixture.connect(
                            HubFixture.ALL_OF_A,
                            opening,
                            List.of(new NewStream.Greeting("download_progress", Buffer.buffer("{\"p\": 1}"))),
                            HubFixture.ENDLESS,
                            MemorySink.UNLIMITED)
                    .sink();
            assertThat(sink.messages())
                    .extracting(SseReader.Message::type)
                    .containsExactly("connected", "download_progress", "update");
            assertThat(sink.messages().get(1).movesCursor()).isFalse();
            assertThat(sink.messages().get(1).data()).isEqualTo("{\"p\": 1}");
        });
    }

    @Test
    void beatsAtTheIntervalWhenIdleAndWithTheTip() {
        loop.run(() -> {
            MemorySink sink = fixture.connect();
            EventId tip = fixture.append(List.of(fixture.envelope("b", null, Map.of(), 0)))
                    .get(0);
            fixture.deliver();
            fixture.pass(INTERVAL.multipliedBy(10));
            List<SseReader.Message> heartbeats = ofType(sink, "heartbeat");
            assertThat(heartbeats).hasSize(10);
            assertThat(heartbeats).allMatch(heartbeat -> heartbeat.id().equals(tip.toString()));
            List<Instant> times = heartbeats.stream()
                    .map(heartbeat -> Instant.parse(heartbeat.json().getString("timestamp")))
                    .toList();
            for (int beat = 1; beat < times.size(); beat++) {
                assertThat(Duration.between(times.get(beat - 1), times.get(beat)))
                        .isBetween(INTERVAL.minusMillis(50), INTERVAL.plusMillis(50));
            }
        });
    }

    @Test
    void beatsAtTheIntervalWhenBusy() {
        loop.run(() -> {
            MemorySink sink = fixture.connect();
            for (int second = 0; second < 300; second++) {
                fixture.publish(1);
                fixture.pass(Duration.ofSeconds(1));
            }
            assertThat(ofType(sink, "heartbeat")).hasSize(10);
            assertThat(ofType(sink, "update")).hasSize(300);
            assertThat(sink.messages()).extracting(SseReader.Message::type).doesNotContain("closing");
        });
    }

    @Test
    void aHeartbeatOfAStreamThatIsBehindHasThePositionItReached() {
        loop.run(() -> {
            EventId cursor = fixture.append(1).get(0);
            fixture.publish(50);
            MemorySink sink =
                    fixture.connect(HubFixture.ALL_OF_A, fixture.open(new Cursor.At(cursor)), HubFixture.ENDLESS);
            fixture.pass(INTERVAL);
            assertThat(ofType(sink, "heartbeat"))
                    .singleElement()
                    .satisfies(heartbeat -> assertThat(heartbeat.id()).isEqualTo(cursor.toString()));
        });
    }

    @Test
    void aHeartbeatThatTheClientDidNotTakeComesAsSoonAsItDoes() {
        // Its permit is checked in between, which must not make the hub forget.
        StreamPermit checked = new HubFixture.TestLease(null, true);
        HubFixture.Connection connection = loop.call(() -> connect(checked, 0));
        EventId tip = loop.call(() -> {
            fixture.append(List.of(fixture.envelope("a", null, Map.of(), 2_000)));
            EventId last = fixture.append(1).get(0);
            fixture.deliver();
            int before = connection.sink().writes();
            fixture.pass(Duration.ofSeconds(45));
            assertThat(connection.sink().writes()).isEqualTo(before);
            connection.sink().allow(MemorySink.UNLIMITED);
            return last;
        });
        loop.turns(3);
        loop.run(() -> assertThat(ofType(connection.sink(), "heartbeat"))
                .singleElement()
                .satisfies(heartbeat -> assertThat(heartbeat.id()).isEqualTo(tip.toString())));
    }

    @Test
    void hearsOfTheBackendWithoutMovingItsCursor() {
        loop.run(() -> {
            MemorySink sink = fixture.connect();
            hub.onBackend(false, fixture.wallNow());
            hub.onBackend(true, fixture.wallNow());
            assertThat(ofType(sink, "backend"))
                    .allMatch(message -> !message.movesCursor())
                    .extracting(SseReader.Message::json)
                    .containsExactly(
                            new JsonObject()
                                    .put("state", "down")
                                    .put("since", fixture.wallNow().toString()),
                            new JsonObject()
                                    .put("state", "up")
                                    .put("since", fixture.wallNow().toString()));
        });
    }

    @Test
    void aHoleIsToldToEverybodyWhateverTheyListenTo() {
        loop.run(() -> {
            Subscription nothingMuch =
                    new Subscription(Map.of("c", new Subscription.ChannelFilter(java.util.Set.of("k"), Map.of())));
            MemorySink sink = fixture.connect(nothingMuch, fixture.open(new Cursor.Fresh()), HubFixture.ENDLESS);
            dev.hermes.gateway.event.LogEntry.GapEntry hole = fixture.appendHole();
            fixture.deliver();
            SseReader.Message gap = sink.messages().get(1);
            assertThat(gap.type()).isEqualTo("gap");
            assertThat(gap.id()).isEqualTo(hole.id().toString());
            assertThat(gap.json().getString("reason")).isEqualTo("source_hole");
            assertThat(hub.snapshot().gaps()).containsEntry(Gap.Reason.SOURCE_HOLE, 1L);
        });
    }

    @Test
    void countsWhatItDelivers() {
        loop.run(() -> {
            fixture.connect();
            fixture.connect();
            fixture.publish(5);
            HubCounters.Snapshot snapshot = hub.snapshot();
            assertThat(snapshot.clients().open()).isEqualTo(2);
            assertThat(snapshot.clients().opened()).isEqualTo(2);
            assertThat(snapshot.events().delivered()).containsEntry("a", 10L).containsEntry("b", 0L);
            assertThat(snapshot.latency().buckets().stream()
                            .mapToLong(count -> count)
                            .sum())
                    .isEqualTo(10);
        });
    }

    @Test
    void aSocketThatBreaksWhileItIsWrittenToCostsNobodyElseAnEvent() {
        loop.run(() -> {
            List<MemorySink> sinks = new ArrayList<>();
            BreakingSink breaking = new BreakingSink(new MemorySink(fixture.memory, MemorySink.UNLIMITED));
            sinks.add(fixture.connect());
            breaking.owner = connect(fixture.open(new Cursor.Fresh()), breaking);
            sinks.add(fixture.connect());
            sinks.add(fixture.connect());
            fixture.publish(3);
            assertThat(sinks)
                    .allSatisfy(sink -> assertThat(ofType(sink, "update")).hasSize(3));
        });
        loop.turns(2);
        loop.run(() -> assertThat(hub.snapshot().closed()).containsEntry(SseStream.CloseReason.CLIENT_GONE, 1L));
    }

    @Test
    void aSocketThatBreaksWhileItCatchesUpIsGoneForGood() {
        loop.run(() -> {
            EventId cursor = fixture.append(1).get(0);
            fixture.publish(8);
            BreakingSink breaking = new BreakingSink(new MemorySink(fixture.memory, MemorySink.UNLIMITED));
            SseStream stream = connect(fixture.open(new Cursor.At(cursor)), breaking);
            assertThat(stream.live()).isFalse();
            breaking.owner = stream;
        });
        loop.turns(5);
        loop.run(() -> {
            assertThat(hub.isEmpty()).isTrue();
            assertThat(hub.snapshot().clients().catchingUp()).isZero();
        });
    }

    private SseStream connect(EventLog.StartPosition opening, ByteSink sink) {
        Admission.Ticket ticket = fixture.admission.stream(Admission.Claimant.at("client"));
        if (ticket == null) {
            throw new AssertionError("no place left");
        }
        return hub.open(
                new NewStream(
                        UUID.randomUUID(),
                        HubFixture.ALL_OF_A,
                        opening,
                        List.of(),
                        HubFixture.ENDLESS,
                        HubFixture.CLIENT,
                        ticket.retryMillis(),
                        broke -> ticket.release()),
                sink);
    }

    /** Says in the middle of a write that its client is gone. */
    private static final class BreakingSink implements ByteSink {
        private final MemorySink sink;
        private @Nullable SseStream owner;

        BreakingSink(MemorySink sink) {
            this.sink = sink;
        }

        @Override
        public void write(Frame frame) {
            if (owner != null) {
                owner.gone();
            } else {
                sink.write(frame);
            }
        }

        @Override
        public void flush() {
            sink.flush();
        }

        @Override
        public boolean writable() {
            return true;
        }

        @Override
        public long progress() {
            return NOTHING_PENDING;
        }

        @Override
        public long pendingBytes() {
            return 0;
        }

        @Override
        public void end(Owner stream) {
            sink.end(stream);
        }

        @Override
        public void abort() {
            sink.abort();
        }
    }
}
