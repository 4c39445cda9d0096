package dev.hermes.gateway.chain;

import static dev.hermes.gateway.chain.ChainRedis.IDENTITY;
import static dev.hermes.gateway.chain.ChainRedis.bounds;
import static dev.hermes.gateway.chain.ChainRedis.envelope;
import static dev.hermes.gateway.chain.ChainRedis.given;
import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.redis.LogScripts;
import dev.hermes.gateway.protocol.RedisNames;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the calls of the chain do, one branch each. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public class ChainScriptTest {

    private static final Instant HEARD = Instant.parse("2026-01-01T00:00:10Z");
    private static final List<String> BOTH = List.of("s0", "s1");

    private ChainRedis redis;
    private ChainScripts scripts;

    @BeforeAll
    void startRedis() {
        redis = new ChainRedis();
        scripts = new ChainScripts(new LogScripts(redis, bounds(1_000, 1 << 20)));
    }

    @AfterAll
    void stopRedis() {
        redis.close();
    }

    @BeforeEach
    void emptyRedis() {
        redis.ask("CONFIG", "SET", "maxmemory", "0");
        redis.ask("FLUSHALL");
        redis.identify(IDENTITY);
    }

    @Test
    void appendsTheNextMessageOfASubscription() {
        long m = draw(BOTH);
        EventId first = appended(append(m, 0, 1, "a"));
        EventId second = appended(append(m, 0, 2, "b"));

        assertThat(second.isAfter(first)).isTrue();
        assertThat(redis.entries())
                .extracting(ChainRedis.Entry::id)
                .containsExactly(first.toString(), second.toString());
        assertThat(redis.entries().get(0).fields())
                .containsExactly(
                        java.util.Map.entry("channel", "stats:updates"),
                        java.util.Map.entry("type", "stats_update"),
                        java.util.Map.entry("data", "a"),
                        java.util.Map.entry("timestamp", "2026-01-01T00:00:00Z"));
    }

    @Test
    void countsEachSubscriptionApart() {
        long m = draw(BOTH);
        assertThat(run(append(m, 0, 1, "a"), append(m, 1, 1, "b"), append(m, 0, 2, "c")))
                .allMatch(ChainCall.Result.Appended.class::isInstance);
        assertThat(redis.log()).containsExactly("a", "b", "c");
    }

    @Test
    void doesNotAppendTwice() {
        long m = draw(BOTH);
        run(append(m, 0, 1, "a"), append(m, 0, 2, "b"));

        assertThat(run(append(m, 0, 1, "a"), append(m, 0, 2, "b"), append(m, 0, 3, "c")))
                .startsWith(ChainCall.Result.Status.DUPLICATE, ChainCall.Result.Status.DUPLICATE)
                .hasSize(3);
        assertThat(redis.log()).containsExactly("a", "b", "c");
    }

    @Test
    void saysWhatEntryItsAppendsFollow() {
        long m = draw(BOTH);
        EventId before = appended(append(m, 0, 1, "a"));
        ChainCall.Answer answer = ask(BOTH, append(m, 0, 1, "a"), append(m, 0, 2, "b"), append(m, 1, 1, "c"));

        assertThat(answer.before()).isEqualTo(before);
        assertThat(answer.appended()).isEqualTo(2);
        assertThat(answer.results().get(2)).isEqualTo(new ChainCall.Result.Appended(answer.newest()));
    }

    @Test
    void saysSoAlsoOfWhatProducersAppended() {
        long m = draw(BOTH);
        appended(append(m, 0, 1, "a"));
        String foreign = String.valueOf(redis.ask("XADD", "hermes:events", "*", "channel", "stats:updates"));
        ChainCall.Answer answer = ask(BOTH, append(m, 0, 2, "b"));
        assertThat(answer.before()).hasToString(foreign);

        String newest = String.valueOf(redis.ask("XADD", "hermes:events", "*", "channel", "stats:updates"));
        assertThat(ask(BOTH, append(m, 0, 2, "b")).newest()).hasToString(newest);
    }

    @Test
    void doesNotSaySoWhereItCannotKnow() {
        long m = draw(BOTH);
        appended(append(m, 0, 1, "a"));
        EventId gone = appended(append(m, 0, 2, "b"));
        redis.ask("XDEL", "hermes:events", gone.toString());

        assertThat(ask(BOTH, append(m, 0, 3, "c")).before())
                .as("after one was removed")
                .isNull();
    }

    @Test
    void countsAHoleAmongWhatItAppended() {
        long m = draw(BOTH);
        appended(append(m, 0, 1, "a"));
        assertThat(ask(BOTH, append(m, 0, 4, "d")).appended()).isEqualTo(2);
    }

    @Test
    void dropsWhatWasNumberedFromAnEarlierMarker() {
        long e = draw(BOTH);
        long m = draw(BOTH);
        run(append(e, 0, 1, "a"), new ChainCall.Roll(e, m, List.of(1L, 0L)));
        assertThat(run(append(e, 0, 2, "late"))).containsExactly(ChainCall.Result.Status.STALE);
        assertThat(redis.log()).containsExactly("a");
    }

    @Test
    void dropsWhatIsNumberedFromAMarkerTheLogHasNotComeTo() {
        draw(BOTH);
        long m = draw(BOTH);
        assertThat(run(append(m, 0, 1, "early"))).containsExactly(ChainCall.Result.Status.AHEAD);
        assertThat(redis.log()).isEmpty();
    }

    @Test
    void declaresWhatAFailoverTookBack() {
        long m = draw(BOTH);
        EventId before = appended(append(m, 0, 1, "a"));
        appended(append(m, 0, 4, "d"));
        assertThat(redis.log()).containsExactly("a", "gap", "d");

        JsonObject gap = new JsonObject(redis.entries().get(1).data());
        assertThat(gap.getString("reason")).isEqualTo("source_hole");
        assertThat(gap.getString("requested")).isEqualTo(before.toString());
        assertThat(gap.getString("from")).isEqualTo("2026-01-01T00:00:10.000Z");
        assertThat(run(append(m, 0, 4, "d"))).containsExactly(ChainCall.Result.Status.DUPLICATE);
    }

    @Test
    void aGapEntryIsTheLogsOwn() {
        long m = draw(BOTH);
        run(append(m, 0, 2, "b"));

        assertThat(redis.entries().get(0).fields()).containsEntry("channel", "hermes:gateway:log");
        assertThat(redis.log())
                .as("nothing stood before the gap, so an origin does")
                .containsExactly("{}", "gap", "b");
    }

    @Test
    void goesOnFromALaterMarkerWhenAllBetweenWasHeard() {
        long e = draw(BOTH);
        run(append(e, 0, 1, "a"));
        long m = draw(BOTH);

        assertThat(run(new ChainCall.Roll(e, m, List.of(1L, 0L)), append(m, 0, 1, "b"), append(m, 1, 1, "c")))
                .startsWith(ChainCall.Result.Status.ROLLED);
        assertThat(redis.log()).containsExactly("a", "b", "c");
        assertThat(run(new ChainCall.Roll(e, m, List.of(1L, 0L)))).containsExactly(ChainCall.Result.Status.STALE);
    }

    @Test
    void aRollThatHeardMoreThanTheLogHasDeclaresIt() {
        long e = draw(BOTH);
        run(append(e, 0, 1, "a"));
        long m = draw(BOTH);
        run(new ChainCall.Roll(e, m, List.of(3L, 0L)), append(m, 0, 1, "d"));
        assertThat(redis.log()).containsExactly("a", "gap", "d");
    }

    @Test
    void aRollSaysNothingOfASubscriptionItsCallerDoesNotHave() {
        long e = draw(BOTH);
        run(append(e, 1, 1, "a"));
        long m = draw(List.of("s0"));
        ask(List.of("s0"), new ChainCall.Roll(e, m, List.of(0L)));

        assertThat(run(append(e, 1, 2, "b")))
                .as("still the marker in force for s1")
                .hasOnlyElementsOfType(ChainCall.Result.Appended.class);
        assertThat(run(new ChainCall.Query(m))).containsExactly(ChainCall.Result.Status.WAITING);
    }

    @Test
    void startsAtAMarkerThatNobodyConnectsToTheOneBefore() {
        long e = draw(BOTH);
        run(append(e, 0, 1, "a"));
        long m = draw(BOTH);
        Instant from = HEARD.plusSeconds(5);
        ChainCall start = new ChainCall.Start(m, from, from.plusMillis(7));
        assertThat(run(start)).hasOnlyElementsOfType(ChainCall.Result.Appended.class);
        assertThat(run(start)).containsExactly(ChainCall.Result.Status.STALE);

        run(append(m, 0, 1, "b"));
        assertThat(redis.log()).containsExactly("a", "gap", "b");
        assertThat(new JsonObject(redis.entries().get(1).data()).getMap())
                .containsEntry("from", "2026-01-01T00:00:15.000Z")
                .containsEntry("to", "2026-01-01T00:00:15.007Z");
    }

    @Test
    void aHoleBeginsWhereTheLogItselfWasLastProven() {
        long e = draw(BOTH);
        run(append(e, 0, 1, "a"));
        run(new ChainCall.Start(draw(BOTH), Instant.EPOCH, HEARD.plusSeconds(1)));
        assertThat(new JsonObject(redis.entries().get(1).data()).getString("from"))
                .isEqualTo("2026-01-01T00:00:10.000Z");
    }

    @Test
    void theVeryFirstMarkerIsInForceAtOnceAndDeclaresNothing() {
        long m = draw(BOTH);
        assertThat(run(new ChainCall.Query(m), new ChainCall.Start(m, HEARD, HEARD), append(m, 0, 1, "a")))
                .startsWith(ChainCall.Result.Status.SETTLED, ChainCall.Result.Status.STALE);
        assertThat(redis.log()).containsExactly("a");
    }

    @Test
    void aSecondGatewayOnAnEmptyLogWaitsForTheFirst() {
        long first = draw(BOTH);
        long second = draw(BOTH);
        assertThat(run(new ChainCall.Query(second), append(second, 0, 1, "b")))
                .containsExactly(ChainCall.Result.Status.WAITING, ChainCall.Result.Status.AHEAD);

        run(append(first, 0, 1, "a"), new ChainCall.Roll(first, second, List.of(1L, 0L)), append(second, 0, 1, "b"));
        assertThat(redis.log()).containsExactly("a", "b");
    }

    @Test
    void aNewSubscriptionBeginsAtItsMarkerWithoutAGap() {
        long e = draw(List.of("s0"));
        ask(List.of("s0"), append(e, 0, 1, "a"));
        long m = draw(BOTH);
        ask(List.of("s0"), new ChainCall.Roll(e, m, List.of(1L)));

        assertThat(run(new ChainCall.Query(m), append(m, 1, 1, "b"), append(m, 0, 1, "c")))
                .startsWith(ChainCall.Result.Status.SETTLED);
        assertThat(redis.log()).containsExactly("a", "b", "c");
    }

    @Test
    void aNumberOfSomethingThatIsNoEventIsUsedOnceToo() {
        long m = draw(BOTH);
        assertThat(run(new ChainCall.Reject(m, 0, 1), new ChainCall.Reject(m, 0, 1), append(m, 0, 2, "b")))
                .startsWith(ChainCall.Result.Status.FIRST, ChainCall.Result.Status.DUPLICATE);
        assertThat(run(new ChainCall.Reject(m, 0, 5))).containsExactly(ChainCall.Result.Status.FIRST);
        assertThat(redis.log()).containsExactly("b", "gap");
    }

    @Test
    void tellsTheNewestMarkerInForce() {
        long e = draw(BOTH);
        assertThat(ask(BOTH).current()).isEqualTo(e);

        long m = draw(BOTH);
        assertThat(ask(BOTH, append(e, 0, 1, "a")).current()).isEqualTo(e);
        assertThat(ask(BOTH, new ChainCall.Roll(e, m, List.of(1L, 0L))).current())
                .isEqualTo(m);
    }

    @Test
    void aMarkerIsGreaterThanEveryOneInForceAlsoAfterTheCounterWasRolledBack() {
        draw(BOTH);
        long m = draw(BOTH);
        run(new ChainCall.Start(m, HEARD, HEARD));
        redis.ask("HSET", RedisNames.LOG_STATE, "marker", "3");
        assertThat(draw(BOTH)).isGreaterThan(m);
    }

    @Test
    void nothingIsDoneForALogOfAnotherIdentity() {
        long m = draw(BOTH);
        redis.identify("another");
        assertThat(await(scripts.chain(batch(BOTH, List.of(append(m, 0, 1, "a"))))))
                .isInstanceOf(LogScripts.Reply.NoState.class);
        assertThat(await(scripts.draw(IDENTITY, BOTH, "gateway", HEARD))).isInstanceOf(LogScripts.Reply.NoState.class);

        redis.ask("FLUSHALL");
        assertThat(await(scripts.chain(batch(BOTH, List.of(append(m, 0, 1, "a"))))))
                .isInstanceOf(LogScripts.Reply.NoState.class);
        assertThat(redis.ask("DBSIZE")).hasToString("0");
    }

    @Test
    void refusesAStateOfAnotherVersion() {
        redis.ask("HSET", RedisNames.LOG_STATE, "version", "2");
        assertThatThrownBy(() -> draw(BOTH)).hasMessageContaining("version 2");
    }

    @Test
    void aScriptThatRedisDoesNotKnowIsSentAlong() {
        long m = draw(BOTH);
        redis.ask("SCRIPT", "FLUSH");
        appended(append(m, 0, 1, "a"));
        assertThat(redis.log()).containsExactly("a");
    }

    @Test
    void anAppendThatIsRefusedLeavesTheStateAsItWas() {
        long m = draw(BOTH);
        run(append(m, 0, 1, "a"));
        redis.ask("RENAME", RedisNames.LOG, "aside");
        redis.ask("SET", RedisNames.LOG, "not a stream");
        assertThatThrownBy(() -> run(append(m, 0, 2, "b"))).hasMessageContaining("WRONGTYPE");

        redis.ask("RENAME", "aside", RedisNames.LOG);
        appended(append(m, 0, 2, "b"));
        assertThat(redis.log()).containsExactly("a", "b");
    }

    @Test
    void whatWasAppendedBeforeARefusalCountsAsDone() {
        long m = draw(BOTH);
        redis.ask("XADD", RedisNames.LOG, "18446744073709551615-18446744073709551613", "data", "last");
        ChainCall first = append(m, 0, 1, "a");

        assertThatThrownBy(() -> run(first, append(m, 0, 2, "b"), append(m, 0, 3, "c")))
                .isNotNull();
        assertThat(redis.state("n:s0")).isEqualTo(m + " 2");
    }

    @Test
    void withoutMemoryNothingIsDoneAndTheSameCallsWorkLater() {
        long m = draw(BOTH);
        redis.ask("CONFIG", "SET", "maxmemory", "1");
        assertThatThrownBy(() -> run(append(m, 0, 1, "a"))).hasMessageContaining("OOM");
        assertThatThrownBy(() -> run(new ChainCall.Reject(m, 0, 1))).hasMessageContaining("OOM");

        redis.ask("CONFIG", "SET", "maxmemory", "0");
        appended(append(m, 0, 1, "a"));
        assertThat(redis.log()).containsExactly("a");
    }

    @Test
    void aDamagedStateIsRefusedBeforeAnythingIsAppended() {
        long m = draw(BOTH);
        for (String field : List.of("current", "marker", "bytes", "entries")) {
            redis.ask("HSET", RedisNames.LOG_STATE, field, "nan");
            assertThatThrownBy(() -> run(append(m, 0, 1, "a")))
                    .hasMessageContaining("HERMESSTATE")
                    .hasMessageContaining(field);
            redis.ask("HSET", RedisNames.LOG_STATE, field, Long.toString(m));
        }

        assertThat(redis.log()).isEmpty();
    }

    @Test
    void beginsAnewWhereNoIdIsAboveThoseGivenOut() {
        EventId highest = new EventId(false, -1, -1);
        assertThat(given(await(new LogScripts(redis, bounds(1_000, 1 << 20)).origin(IDENTITY, highest, HEARD)))
                        .isAfter(new EventId(false, 0, 0)))
                .isTrue();
    }

    @Test
    void carriesHundredsOfCalls() {
        long m = draw(BOTH);
        List<ChainCall> calls = new ArrayList<>();
        for (int n = 1; n <= 500; n++) {
            calls.add(append(m, 0, n, "{\"n\":" + n + "}"));
        }

        assertThat(await(scripts.chain(batch(BOTH, calls)))).isInstanceOf(LogScripts.Reply.Given.class);
        assertThat(redis.log()).hasSize(500).last().isEqualTo("{\"n\":500}");
        assertThat(redis.state("bytes")).isEqualTo(Long.toString(redis.bytes()));
    }

    private long draw(List<String> subscriptions) {
        return given(await(scripts.draw(IDENTITY, subscriptions, "gateway", HEARD)));
    }

    private static ChainCall append(long marker, int subscription, long sequence, String data) {
        return new ChainCall.Append(marker, subscription, sequence, envelope("stats:updates", data));
    }

    private EventId appended(ChainCall call) {
        return ((ChainCall.Result.Appended) run(call).get(0)).id();
    }

    private List<ChainCall.Result> run(ChainCall... calls) {
        return ask(BOTH, calls).results();
    }

    private ChainCall.Answer ask(List<String> subscriptions, ChainCall... calls) {
        return given(await(scripts.chain(batch(subscriptions, List.of(calls)))));
    }

    private static ChainCall.Batch batch(List<String> subscriptions, List<ChainCall> calls) {
        return new ChainCall.Batch(IDENTITY, subscriptions, calls, HEARD, null);
    }
}
