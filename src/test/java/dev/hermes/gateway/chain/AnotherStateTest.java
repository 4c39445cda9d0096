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
        Instant later = HEARD.plusSeconds(60);
        run(new ChainCall.Start(after, later, later), append(after, 1, "d"), append(after, 2, "e"));
        assertThat(redis.log()).containsExactly("a", "gap", "b", "gap", "d", "e");
        assertThat(Instant.parse(new JsonObject(redis.entries().get(3).data()).getString("from")))
                .isEqualTo(HEARD);
        assertThat(run(append(before, 3, "d"))).containsExactly(ChainCall.Result.Status.STALE);
    }

    @Test
    void aStartOfBeforeDeclaresNothingInItsPlace() {
        run(append(draw(), 1, "a"));
        long before = draw();
        anotherStateLogs("b");

        assertThat(run(new ChainCall.Start(before, HEARD, HEARD), append(before, 1, "c")))
                .containsExactly(ChainCall.Result.Status.STALE, ChainCall.Result.Status.AHEAD);
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

        assertThat(run(append(before, 2, "b"), new ChainCall.Start(later, HEARD, HEARD), append(later, 1, "b")))
                .containsExactly(
                        ChainCall.Result.Status.AHEAD, ChainCall.Result.Status.STALE, ChainCall.Result.Status.AHEAD);
        assertThat(redis.log()).containsExactly("a", "b");
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

    private long draw() {
        return given(await(scripts.draw(IDENTITY, SUBSCRIPTIONS, "gateway", HEARD)));
    }

    private static ChainCall append(long marker, long sequence, String data) {
        return new ChainCall.Append(marker, 0, sequence, envelope("stats:updates", data));
    }

    private List<ChainCall.Result> run(ChainCall... calls) {
        return given(await(scripts.chain(new ChainCall.Batch(IDENTITY, SUBSCRIPTIONS, List.of(calls), HEARD, null))))
                .results();
    }
}
