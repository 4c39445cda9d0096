package dev.hermes.gateway.chain;

import static dev.hermes.gateway.chain.ChainRedis.IDENTITY;
import static dev.hermes.gateway.chain.ChainRedis.bounds;
import static dev.hermes.gateway.chain.ChainRedis.envelope;
import static dev.hermes.gateway.chain.ChainRedis.given;
import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.redis.LogScripts;
import dev.hermes.gateway.protocol.RedisNames;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log and its state that are older than what a gateway was told of them, as after a failover. */
class SetBackLogTest {

    private static final Instant HEARD = Instant.parse("2026-01-01T00:00:10Z");
    private static final List<String> SUBSCRIPTIONS = List.of("s0", "s1");
    private static final String EARLIER_SAVED = "{hermes:events}:earlier-saved";
    private static final String EARLIER_STATE = "{hermes:events}:earlier";
    private static final String EARLIER_LOG = "earlier";

    private final ChainRedis redis = new ChainRedis();
    private final ChainScripts scripts = new ChainScripts(new LogScripts(redis, bounds(1_000, 1 << 20)));
    private long marker;

    /** What this gateway was told last. */
    private @Nullable EventId told;

    @BeforeEach
    void begin() {
        marker = given(await(scripts.draw(IDENTITY, SUBSCRIPTIONS, "gateway", HEARD)));
        append(HEARD, 0, 1, "a");
        redis.ask("COPY", RedisNames.LOG_STATE, EARLIER_STATE);
        redis.ask("COPY", RedisNames.LOG, EARLIER_LOG);
        redis.ask("COPY", RedisNames.LOG_SAVED, EARLIER_SAVED);
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    @Test
    void whatIsGoneOfOneSubscriptionIsDeclaredBeforeTheNextOfAnother() {
        append(HEARD, 0, 2, "lost");
        setBack();
        append(HEARD, 1, 1, "b");
        assertThat(redis.log()).containsExactly("a", "gap", "b");
    }

    @Test
    void whatIsGoneIsDeclaredOnce() {
        append(HEARD, 0, 2, "lost");
        setBack();
        append(HEARD, 0, 3, "b");
        append(HEARD, 0, 4, "c");
        append(HEARD, 1, 1, "d");
        assertThat(redis.log()).containsExactly("a", "gap", "b", "c", "d");
    }

    @Test
    void theHoleReachesFromWhatIsLeftUntilNow() {
        Instant began = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        append(HEARD, 0, 2, "lost");
        setBack();
        append(HEARD, 1, 1, "b");
        JsonObject hole = hole(1);
        assertThat(Instant.parse(hole.getString("from")))
                .isEqualTo(Instant.ofEpochMilli(Objects.requireNonNull(
                                EventId.parse(redis.entries().get(0).id()))
                        .major()));
        assertThat(Instant.parse(hole.getString("to"))).isBetween(began, Instant.now());
    }

    @Test
    void aLogOfWhichNothingIsLeftIsSetBackToo() {
        append(HEARD, 0, 2, "lost");
        redis.ask("DEL", RedisNames.LOG);
        append(HEARD, 1, 1, "b");
        assertThat(redis.log()).containsExactly("{}", "gap", "b");
    }

    @Test
    void aMarkerDirectlyBehindTheHoleDeclaresNoOther() {
        append(HEARD, 0, 2, "lost");
        setBack();
        long next = given(await(scripts.draw(IDENTITY, SUBSCRIPTIONS, "gateway", HEARD)));
        ask(HEARD, new ChainCall.Query(next));
        ask(HEARD, new ChainCall.Start(next, HEARD, HEARD));
        assertThat(redis.log()).containsExactly("a", "gap");

        long later = given(await(scripts.draw(IDENTITY, SUBSCRIPTIONS, "gateway", HEARD)));
        // By a clock that is behind.
        ask(HEARD, new ChainCall.Start(later, HEARD, HEARD));
        assertThat(redis.log()).as("what was missed since is another one").containsExactly("a", "gap", "gap");
    }

    @Test
    void whatOneGatewayDeclaredAnotherOneDoesNotDeclareAgain() {
        append(HEARD, 0, 2, "lost");
        EventId toldFirst = told;
        append(HEARD, 0, 3, "lost too");
        EventId toldLater = told;
        setBack();
        told = toldFirst;
        append(HEARD, 1, 1, "b");
        told = toldLater;
        append(HEARD, 1, 2, "c");
        assertThat(redis.log()).containsExactly("a", "gap", "b", "c");
    }

    @Test
    void whoWasNotToldOfWhatIsGoneBringsItBack() {
        EventId before = told;
        append(HEARD, 0, 2, "lost");
        setBack();
        told = before;
        append(HEARD, 0, 2, "lost");
        append(HEARD, 1, 1, "b");
        assertThat(redis.log()).containsExactly("a", "lost", "b");
    }

    private void append(Instant heard, int subscription, long sequence, String data) {
        ask(heard, new ChainCall.Append(marker, subscription, sequence, envelope("stats:updates", data)));
    }

    private void ask(Instant heard, ChainCall call) {
        told = given(await(scripts.chain(new ChainCall.Batch(IDENTITY, SUBSCRIPTIONS, List.of(call), heard, told))))
                .newest();
    }

    private JsonObject hole(int index) {
        return new JsonObject(redis.entries().get(index).data());
    }

    private void setBack() {
        redis.ask("RENAME", EARLIER_STATE, RedisNames.LOG_STATE);
        redis.ask("RENAME", EARLIER_LOG, RedisNames.LOG);
        redis.ask("RENAME", EARLIER_SAVED, RedisNames.LOG_SAVED);
    }
}
