package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.event.EventId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When and how a stream ends. */
class StreamEndTest extends HubTest {

    private static JsonObject closing(MemorySink sink) {
        List<SseReader.Message> messages = sink.messages();
        SseReader.Message last = messages.get(messages.size() - 1);
        assertThat(last.type()).isEqualTo("closing");
        assertThat(last.retry()).isEqualTo(last.json().getInteger("reconnect_after_ms"));
        return last.json();
    }

    private StreamPermit endingIn(Duration time, boolean revocable) {
        return new HubFixture.TestLease(fixture.wallNow().plus(time), revocable);
    }

    @Test
    void warnsOnceBeforeTheLeaseEndsAndThenEnds() {
        loop.run(() -> {
            StreamPermit permit = endingIn(Duration.ofMinutes(10), false);
            MemorySink sink = connect(permit, MemorySink.UNLIMITED).sink();
            fixture.pass(Duration.ofMillis(539_900));
            assertThat(ofType(sink, "token_expiring")).isEmpty();
            fixture.pass(Duration.ofMillis(200));
            assertThat(ofType(sink, "token_expiring")).singleElement().satisfies(warning -> {
                assertThat(warning.movesCursor()).isFalse();
                assertThat(warning.json())
                        .isEqualTo(new JsonObject().put("expires_at", String.valueOf(permit.expiresAt())));
            });
            fixture.pass(Duration.ofMillis(59_800));
            assertThat(sink.ended()).isFalse();
            fixture.pass(Duration.ofMillis(200));
            assertThat(ofType(sink, "token_expiring")).hasSize(1);
            assertThat(closing(sink).getString("reason")).isEqualTo("token_expired");
            assertThat(closing(sink).getInteger("reconnect_after_ms")).isBetween(5_000, 15_000);
            assertThat(sink.ended()).isTrue();
        });
    }

    @Test
    void closingCarriesThePositionAndIsTheLastWord() {
        loop.run(() -> {
            MemorySink sink = fixture.connect();
            EventId tip = fixture.append(List.of(fixture.envelope("b", null, Map.of(), 0)))
                    .get(0);
            fixture.deliver();
            hub.endAll(SseStream.CloseReason.DISABLED, Duration.ZERO);
            fixture.pass(Hub.TICK);
            assertThat(closing(sink).getString("reason")).isEqualTo("disabled");
            assertThat(sink.messages().get(1).id()).isEqualTo(tip.toString());
            int before = sink.writes();
            fixture.publish(3);
            fixture.pass(INTERVAL.multipliedBy(3));
            hub.onBackend(false, fixture.wallNow());
            assertThat(sink.writes()).isEqualTo(before);
            assertThat(sink.aborted()).isFalse();
            assertThat(hub.snapshot().closed()).containsEntry(SseStream.CloseReason.DISABLED, 1L);
        });
    }

    @Test
    void aClosingStreamThatDoesNotDrainIsCutOffAfterTheGrace() {
        loop.run(() -> {
            MemorySink sink = connect(HubFixture.ENDLESS, 0).sink();
            hub.endAll(SseStream.CloseReason.SERVER_SHUTDOWN, Duration.ZERO);
            fixture.pass(Hub.TICK);
            assertThat(sink.ended()).isTrue();
            assertThat(fixture.admission.openStreams()).isZero();
            fixture.pass(Duration.ofMillis(4_900));
            assertThat(sink.aborted()).isFalse();
            fixture.pass(Duration.ofMillis(200));
            assertThat(sink.aborted()).isTrue();
        });
    }

    @Test
    void endingAllIsSpreadEvenlyOverTheTimeGiven() {
        loop.run(() -> {
            List<MemorySink> sinks = new ArrayList<>();
            for (int client = 0; client < 100; client++) {
                sinks.add(fixture.connect());
            }
            hub.endAll(SseStream.CloseReason.SERVER_SHUTDOWN, Duration.ofSeconds(10));
            for (int second = 1; second <= 10; second++) {
                fixture.pass(Duration.ofSeconds(1));
                assertThat(sinks.stream().filter(MemorySink::ended).count())
                        .isBetween(second * 10L - 1, second * 10L + 1);
            }
            assertThat(sinks.stream()
                            .map(sink -> closing(sink).getInteger("reconnect_after_ms"))
                            .distinct()
                            .count())
                    .isGreaterThan(80);
        });
    }

    @Test
    void aClientThatTakesNothingForTheStallTimeoutIsSlow() {
        loop.run(() -> {
            MemorySink sink = connect(HubFixture.ENDLESS, 0).sink();
            fixture.publish(40);
            fixture.pass(Duration.ofSeconds(59));
            assertThat(sink.ended()).isFalse();
            fixture.pass(Duration.ofSeconds(2));
            assertThat(sink.ended()).isTrue();
            sink.allow(MemorySink.UNLIMITED);
            assertThat(closing(sink).getString("reason")).isEqualTo("slow_consumer");
            assertThat(closing(sink).getInteger("reconnect_after_ms")).isBetween(2_000, 5_000);
        });
    }

    @Test
    void aClientThatTakesAByteNowAndThenIsNotSlow() {
        loop.run(() -> {
            MemorySink sink = connect(HubFixture.ENDLESS, 0).sink();
            fixture.publish(40);
            for (int turn = 0; turn < 10; turn++) {
                fixture.pass(Duration.ofSeconds(50));
                sink.allow(1);
            }
            assertThat(sink.ended()).isFalse();
            fixture.pass(Duration.ofSeconds(61));
            assertThat(sink.ended()).isTrue();
        });
    }

    @Test
    void anIdleClientIsNeverSlow() {
        loop.run(() -> {
            MemorySink sink = fixture.connect();
            fixture.pass(Duration.ofMinutes(10));
            assertThat(sink.ended()).isFalse();
        });
    }

    @Test
    void aRevokedStreamEndsWithinOneHeartbeatInterval() {
        fixture.checker = permits -> Future.succeededFuture(List.of(StreamPermit.State.REVOKED));
        loop.run(() -> {
            MemorySink sink = connect(endingIn(Duration.ofHours(1), true), MemorySink.UNLIMITED)
                    .sink();
            fixture.pass(INTERVAL);
            assertThat(closing(sink).getString("reason")).isEqualTo("token_revoked");
        });
    }

    @Test
    void leasesDueAboutTheSameTimeAreAskedAboutTogether() {
        List<Integer> asked = new ArrayList<>();
        fixture.checker = permits -> {
            asked.add(permits.size());
            return Future.succeededFuture(
                    permits.stream().map(permit -> StreamPermit.State.VALID).toList());
        };
        loop.run(() -> {
            for (int stream = 0; stream < 200; stream++) {
                connect(endingIn(Duration.ofHours(1), true), MemorySink.UNLIMITED);
            }
            fixture.pass(INTERVAL);
            assertThat(asked.stream().mapToInt(Integer::intValue).sum()).isGreaterThanOrEqualTo(200);
            assertThat(asked).hasSizeLessThanOrEqualTo(8);
        });
    }

    @Test
    void noQuestionIsAboutMoreThan512Leases() {
        List<Integer> asked = new ArrayList<>();
        fixture.checker = permits -> {
            asked.add(permits.size());
            return Future.failedFuture("away");
        };
        loop.run(() -> {
            for (int stream = 0; stream < 1_100; stream++) {
                connect(endingIn(Duration.ofHours(1), true), MemorySink.UNLIMITED);
            }
            // As after a pause of the machine: all are due in the same tick.
            fixture.jump(INTERVAL);
            fixture.pass(INTERVAL.dividedBy(2));
            assertThat(asked).startsWith(512, 512, 76);
        });
    }

    @Test
    void aLeaseFoundExpiredEndsTheStream() {
        fixture.checker = permits -> Future.succeededFuture(List.of(StreamPermit.State.EXPIRED));
        loop.run(() -> {
            MemorySink sink = connect(endingIn(Duration.ofHours(1), true), MemorySink.UNLIMITED)
                    .sink();
            fixture.pass(INTERVAL);
            assertThat(closing(sink).getString("reason")).isEqualTo("token_expired");
        });
    }

    @Test
    void anUnansweredCheckEndsNothing() {
        List<Integer> asked = new ArrayList<>();
        fixture.checker = permits -> {
            asked.add(permits.size());
            return asked.size() % 2 == 0
                    ? Future.failedFuture("away")
                    : Promise.<List<StreamPermit.State>>promise().future();
        };
        loop.run(() -> {
            MemorySink sink = connect(endingIn(Duration.ofHours(1), true), MemorySink.UNLIMITED)
                    .sink();
            fixture.pass(INTERVAL.multipliedBy(10));
            assertThat(sink.ended()).isFalse();
            assertThat(asked).hasSizeGreaterThanOrEqualTo(10).allMatch(permits -> permits == 1);
        });
    }

    @Test
    void aVerdictOnAStreamThatIsGoneIsIgnored() {
        Promise<List<StreamPermit.State>> verdict = Promise.promise();
        fixture.checker = permits -> verdict.future();
        loop.run(() -> {
            HubFixture.Connection connection = connect(endingIn(Duration.ofHours(1), true), MemorySink.UNLIMITED);
            fixture.pass(INTERVAL);
            connection.stream().gone();
            verdict.complete(List.of(StreamPermit.State.REVOKED));
            assertThat(hub.snapshot().closed())
                    .containsEntry(SseStream.CloseReason.CLIENT_GONE, 1L)
                    .containsEntry(SseStream.CloseReason.TOKEN_REVOKED, 0L);
            fixture.pass(INTERVAL);
            assertThat(connection.sink().aborted()).isFalse();
        });
    }
}
