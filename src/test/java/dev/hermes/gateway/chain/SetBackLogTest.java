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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log and its state that are older than what a gateway was told of them, as after a failover. */
class SetBackLogTest {

    private static final Instant HEARD = Instant.parse("2026-01-01T00:00:10Z");
    private static final List<String> SUBSCRIPTIONS = List.of("s0", "s1");
    private static final String EARLIER_STATE = "{hermes:events}:earlier";
    private static final String EARLIER_LOG = "earlier";

    private final ChainRedis redis = new ChainRedis();
    private final ChainScripts scripts = new ChainScripts(new LogScripts(redis, bounds(1_000, 1 << 20)));
    private long marker;

    /** What this gateway was told last. */
    private long everAppended;

    @BeforeEach
    void begin() {
        marker = given(await(scripts.draw(IDENTITY, SUBSCRIPTIONS, "gateway", HEARD)));
        append(HEARD, 0, 1, "a");
        redis.ask("COPY", RedisNames.LOG_STATE, EARLIER_STATE);
        redis.ask("COPY", RedisNames.LOG, EARLIER_LOG);
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
    void theHoleReachesBackToWhenSomethingWasHeardThatIsLeft() {
        append(HEARD.plusSeconds(1), 0, 2, "lost");
        setBack();
        append(HEARD.plusSeconds(3), 1, 1, "b");
        assertThat(new JsonObject(redis.entries().get(1).data()).getMap())
                .containsEntry("from", "2026-01-01T00:00:10.000Z")
                .containsEntry("to", "2026-01-01T00:00:13.000Z");
    }

    @Test
    void whoWasNotToldOfWhatIsGoneBringsItBack() {
        long before = everAppended;
        append(HEARD, 0, 2, "lost");
        setBack();
        everAppended = before;
        append(HEARD, 0, 2, "lost");
        append(HEARD, 1, 1, "b");
        assertThat(redis.log()).containsExactly("a", "lost", "b");
    }

    private void append(Instant heard, int subscription, long sequence, String data) {
        ChainCall call = new ChainCall.Append(marker, subscription, sequence, envelope("stats:updates", data));
        ChainCall.Answer answer = given(
                await(scripts.chain(new ChainCall.Batch(IDENTITY, SUBSCRIPTIONS, List.of(call), heard, everAppended))));
        everAppended = answer.everAppended();
    }

    private void setBack() {
        redis.ask("RENAME", EARLIER_STATE, RedisNames.LOG_STATE);
        redis.ask("RENAME", EARLIER_LOG, RedisNames.LOG);
    }
}
