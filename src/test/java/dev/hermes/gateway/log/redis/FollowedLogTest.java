package dev.hermes.gateway.log.redis;

import static dev.hermes.gateway.chain.ChainRedis.IDENTITY;
import static dev.hermes.gateway.chain.ChainRedis.bounds;
import static dev.hermes.gateway.chain.ChainRedis.envelope;
import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hermes.gateway.chain.ChainRedis;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.protocol.RedisNames;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing is removed from the log that a gateway which follows it has not handed on; and what is old goes, whatever its id. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FollowedLogTest {

    private static final Settings.History TEN = bounds(10, 1 << 20);

    private ChainRedis redis;

    @BeforeAll
    void startRedis() {
        redis = new ChainRedis();
    }

    @AfterAll
    void stopRedis() {
        redis.close();
    }

    @BeforeEach
    void emptyRedis() {
        redis.ask("FLUSHALL");
        redis.identify(IDENTITY);
    }

    @Test
    void anAppendRemovesNothingThatTheSlowestWasNotHanded() {
        LogScripts slow = new LogScripts(redis, TEN);
        LogScripts other = new LogScripts(redis, TEN);
        EventId first = publish(other, 1).get(0);
        slow.handedOn().reached(first);
        await(slow.appended(IDENTITY));
        for (int times = 0; times < 8; times++) {
            // Who says nothing for some seconds has ended.
            await(slow.appended(IDENTITY));
            List<EventId> ids = publish(other, 5);
            other.handedOn().reached(ids.get(4));
        }
        await(other.trim(IDENTITY));
        assertThat(redis.entries())
                .hasSize(41)
                .first()
                .extracting(ChainRedis.Entry::id)
                .isEqualTo(first.toString());

        slow.handedOn().reached(newest());
        Awaitility.await().until(() -> {
            await(other.appended(IDENTITY));
            await(slow.trim(IDENTITY));
            return redis.entries().size() == 10;
        });
    }

    @Test
    void nobodyWaitsForWhoFollowsNoMore() {
        LogScripts gone = new LogScripts(redis, TEN);
        LogScripts other = new LogScripts(redis, TEN);
        gone.handedOn().reached(publish(other, 1).get(0));
        await(gone.appended(IDENTITY));
        publish(other, 30);
        Awaitility.await().until(() -> {
            await(other.trim(IDENTITY));
            return redis.entries().size() == 10;
        });
    }

    /** What each said when is written by Redis' clock; here, as if that had been set by an hour afterwards. */
    @ParameterizedTest
    @ValueSource(longs = {-3_600_000, 3_600_000})
    void aClockThatIsSetTakesNothingFromTheSlowest(long millis) {
        LogScripts slow = new LogScripts(redis, TEN);
        LogScripts other = new LogScripts(redis, TEN);
        EventId first = publish(other, 1).get(0);
        slow.handedOn().reached(first);
        await(slow.appended(IDENTITY));
        other.handedOn().reached(publish(other, 5).get(4));
        await(other.appended(IDENTITY));
        String readers = String.valueOf(redis.ask("HGET", RedisNames.LOG_STATE, "readers"));
        redis.ask(
                "HSET",
                RedisNames.LOG_STATE,
                "readers",
                Pattern.compile("\\d+(?=;)")
                        .matcher(readers)
                        .replaceAll(said -> String.valueOf(Long.parseLong(said.group()) + millis)));

        publish(other, 30);
        other.handedOn().reached(newest());
        await(other.trim(IDENTITY));
        await(other.trim(IDENTITY));

        assertThat(redis.entries()).first().extracting(ChainRedis.Entry::id).isEqualTo(first.toString());
        slow.handedOn().reached(newest());
        Awaitility.await().until(() -> {
            await(slow.appended(IDENTITY));
            await(other.trim(IDENTITY));
            return redis.entries().size() == 10;
        });
    }

    @Test
    void beyondTwiceItsBoundItTakesNothingUntilTheSlowestHasCaughtUp() {
        LogScripts slow = new LogScripts(redis, TEN);
        LogScripts other = new LogScripts(redis, TEN);
        slow.handedOn().reached(publish(other, 1).get(0));
        await(slow.appended(IDENTITY));
        publish(other, 1_025);
        assertThatThrownBy(() -> publish(other, 1)).hasMessageContaining("HERMESFULL");

        slow.handedOn().reached(newest());
        await(slow.trim(IDENTITY));
        publish(other, 1);
        assertThat(redis.entries()).hasSizeLessThan(30);
    }

    @Test
    void idsOfTheFarFutureAgeToo() {
        LogScripts scripts = new LogScripts(redis, bounds(1_000, 1 << 20, Duration.ofSeconds(1)));
        redis.ask("XADD", RedisNames.LOG, "99999999999999-0", "data", "old");
        await(scripts.trim(IDENTITY));
        publish(scripts, 1);
        Awaitility.await().until(() -> {
            await(scripts.trim(IDENTITY));
            return redis.log().equals(List.of("0"));
        });
    }

    @Test
    void marksOfALogThatIsNoMoreRemoveNothingOfTheNext() {
        LogScripts scripts = new LogScripts(redis, bounds(1_000, 1 << 20, Duration.ofSeconds(3)));
        redis.ask("XADD", RedisNames.LOG, "99999999999999-0", "data", "old");
        await(scripts.trim(IDENTITY));
        redis.ask("DEL", RedisNames.LOG);
        long deleted = System.nanoTime();
        Awaitility.await()
                .until(() ->
                        System.nanoTime() - deleted > Duration.ofMillis(3_200).toNanos());
        publish(scripts, 3);
        await(scripts.trim(IDENTITY));

        assertThat(redis.log()).containsExactly("0", "1", "2");
    }

    private EventId newest() {
        List<ChainRedis.Entry> entries = redis.entries();
        EventId last = EventId.parse(entries.get(entries.size() - 1).id());
        if (last == null) {
            throw new AssertionError("no id");
        }
        return last;
    }

    private static List<EventId> publish(LogScripts scripts, int events) {
        List<Envelope> envelopes = IntStream.range(0, events)
                .mapToObj(number -> envelope("stats", "" + number))
                .toList();
        return await(scripts.publish(IDENTITY, envelopes)).required();
    }
}
