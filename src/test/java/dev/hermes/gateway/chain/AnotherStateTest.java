package dev.hermes.gateway.chain;

import static dev.hermes.gateway.chain.ChainRedis.IDENTITY;
import static dev.hermes.gateway.chain.ChainRedis.bounds;
import static dev.hermes.gateway.chain.ChainRedis.envelope;
import static dev.hermes.gateway.chain.ChainRedis.given;
import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.log.redis.LogScripts;
import dev.hermes.gateway.protocol.RedisNames;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** For a while another state was in the place of the log's, and gateways logged by that one what some have not sent yet. */
class AnotherStateTest {

    private static final String ASIDE = "{hermes:events}:aside";
    private static final String ANOTHER = "another";
    private static final Instant HEARD = Instant.parse("2026-01-01T00:00:10Z");
    private static final List<String> SUBSCRIPTIONS = List.of("s0");

    private final ChainRedis redis = new ChainRedis();
    private final LogScripts log = new LogScripts(redis, bounds(1_000, 1 << 20));
    private final ChainScripts scripts = new ChainScripts(log);

    @AfterEach
    void stop() {
        redis.close();
    }

    @Test
    void whatWasNumberedBeforeIsNotLoggedASecondTime() {
        long before = draw();
        run(append(before, 1, "a"));
        anotherStateLogs("b");

        assertThat(run(append(before, 2, "b"))).containsExactly(ChainCall.Result.Status.AHEAD);
        assertThat(redis.log()).containsExactly("a", "gap", "b");
    }

    @Test
    void aMarkerThatIsDrawnAfterwardsGoesOnBehindAHoleSinceMessagesWereHeardByThisOne() {
        long before = draw();
        run(append(before, 1, "a"));
        anotherStateLogs("b");
        run(append(before, 2, "c"));

        long after = draw();
        run(start(after, HEARD.plusSeconds(60)), append(after, 1, "d"), append(after, 2, "e"));
        assertThat(redis.log()).containsExactly("a", "gap", "b", "gap", "d", "e");
        assertHole(3, HEARD, HEARD.plusSeconds(60));
        assertThat(run(append(before, 3, "d"))).containsExactly(ChainCall.Result.Status.STALE);
    }

    /** The clock of the gateway that heard messages last is ahead of the one whose marker is the first. */
    @Test
    void theHoleIsNotTooLateWhereClocksDiffer() {
        run(append(draw(), 1, "a"));
        anotherStateLogs("b");
        Instant behind = HEARD.minusSeconds(300);
        run(start(draw(), behind));

        JsonObject hole = hole(3);
        assertThat(Instant.parse(hole.getString("from"))).isEqualTo(oldestIsFrom());
        assertThat(Instant.parse(hole.getString("to"))).isAfterOrEqualTo(HEARD);
    }

    @Test
    void whoHasOnlySomeOfTheSubscriptionsDoesNotMakeTheHoleOfTheOthersSmaller() {
        List<String> both = List.of("s0", "s1");
        long before = given(await(scripts.draw(IDENTITY, both, "gateway", HEARD)));
        run(append(before, 1, "a"));
        anotherStateLogs("b");
        long some = draw();
        run(start(some, HEARD.plusSeconds(5)));
        run(HEARD.plusSeconds(9), SUBSCRIPTIONS, append(some, 1, "c"));

        long all = given(await(scripts.draw(IDENTITY, both, "another", HEARD)));
        run(HEARD, both, start(all, HEARD.plusSeconds(10)));
        assertHole(5, HEARD, HEARD.plusSeconds(10));
    }

    @Test
    void aStartOfBeforeDeclaresNothingInItsPlace() {
        run(append(draw(), 1, "a"));
        long before = draw();
        anotherStateLogs("b");

        assertThat(run(new ChainCall.Query(before), start(before, HEARD), append(before, 1, "c")))
                .containsOnly(ChainCall.Result.Status.AHEAD);
        assertThat(redis.log()).containsExactly("a", "gap", "b");
    }

    @Test
    void itIsNoticedAlsoWhereNothingOfItIsLeftInTheLog() {
        long before = draw();
        run(append(before, 1, "a"));
        anotherStateLogs("b");
        redis.ask("XTRIM", RedisNames.LOG, "MAXLEN", "0");

        assertThat(run(append(before, 2, "b"))).containsExactly(ChainCall.Result.Status.AHEAD);
    }

    @Test
    void anOlderCopyOfTheStateLogsNothingASecondTime() {
        long before = draw();
        run(append(before, 1, "a"));
        redis.ask("COPY", RedisNames.LOG_STATE, ASIDE);
        run(append(before, 2, "b"));
        long later = draw();
        redis.ask("RENAME", ASIDE, RedisNames.LOG_STATE);

        assertThat(run(append(before, 2, "b"), start(later, HEARD), append(later, 1, "b")))
                .containsOnly(ChainCall.Result.Status.AHEAD);
        assertThat(redis.log()).containsExactly("a", "b");
    }

    @Test
    void anOlderCopyThatKnowsNothingOfASubscriptionLogsNothingASecondTime() {
        long before = draw();
        run(append(before, 1, "a"));
        redis.ask("COPY", RedisNames.LOG_STATE, ASIDE);
        List<String> both = List.of("s0", "s1");
        long later = given(await(scripts.draw(IDENTITY, both, "gateway", HEARD)));
        ChainCall call = new ChainCall.Append(later, 1, 1, envelope("stats:updates", "b"));
        run(HEARD, both, call);
        redis.ask("RENAME", ASIDE, RedisNames.LOG_STATE);

        assertThat(run(HEARD.plusSeconds(9), both, call)).containsExactly(ChainCall.Result.Status.AHEAD);
        long after = given(await(scripts.draw(IDENTITY, both, "gateway", HEARD)));
        run(HEARD, both, start(after, HEARD.plusSeconds(10)));
        assertThat(redis.log()).containsExactly("a", "b", "gap");
        assertHole(2, HEARD, HEARD.plusSeconds(10));
    }

    @Test
    void anOlderCopyFromBeforeTheFirstMarkerLosesNothingUndeclared() {
        given(await(log.origin(IDENTITY, null, HEARD)));
        redis.ask("COPY", RedisNames.LOG_STATE, ASIDE);
        long before = draw();
        run(append(before, 1, "a"));
        redis.ask("RENAME", ASIDE, RedisNames.LOG_STATE);

        long after = draw();
        assertThat(run(append(before, 1, "a"), new ChainCall.Query(after)))
                .containsExactly(ChainCall.Result.Status.AHEAD, ChainCall.Result.Status.WAITING);
        run(start(after, HEARD.plusSeconds(60)), append(after, 1, "b"));
        assertThat(redis.log()).containsExactly("{}", "a", "gap", "b");
    }

    @Test
    void aSubscriptionThatNobodyHasAnyMoreMakesNoHoleLarger() {
        long both = given(await(scripts.draw(IDENTITY, List.of("s0", "old"), "gateway", HEARD)));
        run(append(both, 1, "a"));
        anotherStateLogs("b");
        long marker = draw();
        run(start(marker, HEARD.plusSeconds(1)));
        Instant heard = HEARD.plusSeconds(60);
        run(heard, SUBSCRIPTIONS, append(marker, 1, "c"));
        anotherStateLogs("d");
        run(start(draw(), heard.plusSeconds(1)));

        assertThat(redis.log()).containsExactly("a", "gap", "b", "gap", "c", "gap", "d", "gap");
        assertHole(7, heard, heard.plusSeconds(1));
    }

    @Test
    void aProducerThatSaysToBeTheLogChangesNothing() {
        long marker = draw();
        run(append(marker, 1, "a"));
        redis.ask("XADD", RedisNames.LOG, "*", "channel", RedisNames.LOG_CHANNEL, "type", "gap", "data", "{}");
        run(append(marker, 2, "b"));

        assertThat(redis.log()).containsExactly("a", "gap", "b");
    }

    @Test
    void oneOfWhichNothingCameIntoTheLogChangesNothing() {
        long marker = draw();
        run(append(marker, 1, "a"));
        redis.ask("RENAME", RedisNames.LOG_STATE, ASIDE);
        redis.identify(ANOTHER);
        redis.ask("RENAME", ASIDE, RedisNames.LOG_STATE);
        run(append(marker, 2, "b"));

        assertThat(redis.log()).containsExactly("a", "b");
    }

    private void anotherStateLogs(String data) {
        redis.ask("RENAME", RedisNames.LOG_STATE, ASIDE);
        redis.identify(ANOTHER);
        given(await(log.origin(ANOTHER, null, HEARD)));
        given(await(log.publish(ANOTHER, List.of(envelope("stats:updates", data)))));
        redis.ask("RENAME", ASIDE, RedisNames.LOG_STATE);
    }

    private void assertHole(int index, Instant from, Instant to) {
        assertThat(Instant.parse(hole(index).getString("from"))).isEqualTo(from);
        assertThat(Instant.parse(hole(index).getString("to"))).isEqualTo(to);
    }

    private JsonObject hole(int index) {
        return new JsonObject(redis.entries().get(index).data());
    }

    private Instant oldestIsFrom() {
        String id = redis.entries().get(0).id();
        return Instant.ofEpochMilli(Long.parseLong(id.substring(0, id.indexOf('-'))));
    }

    private long draw() {
        return given(await(scripts.draw(IDENTITY, SUBSCRIPTIONS, "gateway", HEARD)));
    }

    private static ChainCall start(long marker, Instant heard) {
        return new ChainCall.Start(marker, heard, heard);
    }

    private static ChainCall append(long marker, long sequence, String data) {
        return new ChainCall.Append(marker, 0, sequence, envelope("stats:updates", data));
    }

    private List<ChainCall.Result> run(ChainCall... calls) {
        return run(HEARD, SUBSCRIPTIONS, calls);
    }

    private List<ChainCall.Result> run(Instant heard, List<String> subscriptions, ChainCall... calls) {
        return given(await(scripts.chain(new ChainCall.Batch(IDENTITY, subscriptions, List.of(calls), heard, null))))
                .results();
    }
}
