package dev.hermes.gateway.log.redis;

import static dev.hermes.gateway.chain.ChainRedis.IDENTITY;
import static dev.hermes.gateway.chain.ChainRedis.bounds;
import static dev.hermes.gateway.chain.ChainRedis.envelope;
import static dev.hermes.gateway.chain.ChainRedis.given;
import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.chain.ChainCall;
import dev.hermes.gateway.chain.ChainRedis;
import dev.hermes.gateway.chain.ChainScripts;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.protocol.RedisNames;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is appended without the chain, and the bounds of the log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LogScriptsTest {

    private static final Settings.History WIDE = bounds(100_000, 64 << 20);
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

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
    void publishesAllInOrderAndTellsTheirIds() {
        List<EventId> ids = publish(WIDE, 3);
        assertThat(redis.entries())
                .extracting(ChainRedis.Entry::id)
                .isEqualTo(ids.stream().map(EventId::toString).toList());
        assertThat(redis.log()).containsExactly("1", "2", "3");
    }

    @Test
    void publishesNothingToALogOfAnotherIdentity() {
        assertThat(await(scripts(WIDE).publish("another", events(2)))).isInstanceOf(LogScripts.Reply.NoState.class);
        assertThat(redis.log()).isEmpty();
    }

    @Test
    void idsGrowAlsoWhenTheClockStepsBack() {
        redis.ask("XADD", RedisNames.LOG, "99999999999999-5", "data", "of the future");
        assertThat(publish(WIDE, 1).get(0)).hasToString("99999999999999-6");
    }

    @Test
    void keepsExactlySoManyEntries() {
        publish(bounds(10, 1 << 20), 7);
        publish(bounds(10, 1 << 20), 7);
        assertThat(redis.log()).containsExactly("5", "6", "7", "1", "2", "3", "4", "5", "6", "7");
        assertBytesRight();
    }

    @Test
    void keepsExactlySoManyEntriesAlsoOfThoseThatProducersAppended() {
        for (int entry = 0; entry < 30; entry++) {
            redis.ask("XADD", RedisNames.LOG, "*", "data", "theirs");
        }
        publish(bounds(10, 1 << 20), 2);

        assertThat(redis.log().size()).isEqualTo(10);
        assertBytesRight();
    }

    @Test
    void aLogFarBeyondItsBoundIsCutAtOnceAndCountedAnew() {
        for (int times = 0; times < 6; times++) {
            publish(WIDE, 500);
        }
        publish(bounds(100, 1 << 20), 1);
        assertThat(redis.log()).hasSize(100);

        publish(bounds(100, 1 << 20), 1);
        assertThat(redis.log()).hasSize(100);
        assertBytesRight();
    }

    @Test
    void keepsNoMoreThanSoManyBytes() {
        Settings.History bounds = bounds(1_000, 1_000);
        for (int times = 0; times < 20; times++) {
            publish(bounds, 3);
            assertThat(redis.bytes()).isBetween(1L, 1_000L);
        }

        assertThat(redis.bytes()).isGreaterThan(900);
        assertBytesRight();
    }

    @Test
    void tellsWhichEntryWasRemovedLast() {
        Settings.History bounds = bounds(10, 1 << 20);
        List<EventId> ids = publish(bounds, 12);
        assertThat(removedLast(ids.get(1))).isTrue();
        assertThat(removedLast(ids.get(0))).isFalse();
        assertThat(removedLast(ids.get(2))).isFalse();

        trim(bounds(1, 1 << 20));
        assertThat(removedLast(ids.get(10))).isTrue();
        assertThat(await(scripts(WIDE).removedLast("another", ids.get(10)))).isFalse();
    }

    @Test
    void doesNotTellWhichEntryWasRemovedLastWhereOthersRemoveSomeToo() {
        List<EventId> ids = publish(bounds(10, 1 << 20), 12);
        redis.ask("XTRIM", RedisNames.LOG, "MAXLEN", "9");
        assertThat(removedLast(ids.get(1))).isFalse();
        assertThat(removedLast(ids.get(2))).isFalse();
    }

    @Test
    void entriesThatOutliveTheirStateAreFollowedByADeclaredHoleOnce() {
        Instant oldest = Instant.ofEpochMilli(publish(WIDE, 2).get(0).major());
        redis.ask("DEL", RedisNames.LOG_STATE);
        redis.identify("anew");
        EventId tip = given(await(scripts(WIDE).origin("anew", null, NOW)));
        assertThat(given(await(scripts(WIDE).origin("anew", null, NOW)))).isEqualTo(tip);

        List<ChainRedis.Entry> entries = redis.entries();
        assertThat(entries).hasSize(3);
        assertThat(entries.get(2).id()).isEqualTo(tip.toString());
        assertThat(entries.get(2).fields()).containsEntry("type", "gap");
        // Nobody knows how long there was no gateway.
        assertThat(entries.get(2).fields().get("data")).contains("\"from\":\"" + LogScripts.time(oldest) + "\"");
    }

    @Test
    void theNewestEntryStaysHoweverLargeItIs() {
        publish(WIDE, 5);
        await(scripts(bounds(10, 100)).publish(IDENTITY, List.of(envelope("c", "x".repeat(500)))));
        assertThat(redis.log()).containsExactly("x".repeat(500));

        trim(bounds(1, 1, Duration.ofSeconds(1)));
        assertThat(redis.log()).hasSize(1);
        assertBytesRight();
    }

    @Test
    void theChainKeepsTheBoundsToo() {
        LogScripts scripts = scripts(bounds(3, 1 << 20));
        long marker = given(await(new ChainScripts(scripts).draw(IDENTITY, List.of("s"), "gateway", NOW)));
        for (int n = 1; n <= 5; n++) {
            ChainCall call = new ChainCall.Append(marker, 0, n, envelope("c", Integer.toString(n)));
            await(new ChainScripts(scripts)
                    .chain(new ChainCall.Batch(IDENTITY, List.of("s"), List.of(call), NOW, null)));
        }

        assertThat(redis.log()).containsExactly("3", "4", "5");
        assertBytesRight();
    }

    @Test
    void whatProducersAppendIsAccountedWhenNextSeen() {
        publish(WIDE, 2);
        redis.ask("XADD", RedisNames.LOG, "*", "data", "thé", "more", "words");
        publish(WIDE, 1);
        assertBytesRight();
    }

    @Test
    void whatProducersRemoveIsNoticed() {
        List<EventId> ids = publish(WIDE, 5);
        redis.ask("XDEL", RedisNames.LOG, ids.get(1).toString());
        trim(WIDE);
        trim(WIDE);
        assertBytesRight();

        redis.ask("DEL", RedisNames.LOG);
        publish(WIDE, 1);
        publish(WIDE, 1);
        assertBytesRight();
    }

    @Test
    void trimsWhatIsTooOldAndKeepsTheNewest() {
        redis.ask("XADD", RedisNames.LOG, "1000-0", "data", "old");
        redis.ask("XADD", RedisNames.LOG, "1000-1", "data", "old too");
        assertThat(trim(WIDE)).isEqualTo(new LogScripts.Trimmed(1, false));
        assertThat(redis.log()).containsExactly("old too");

        publish(WIDE, 2);
        assertThat(trim(WIDE)).isEqualTo(new LogScripts.Trimmed(1, false));
        assertThat(redis.log()).containsExactly("1", "2");
        assertBytesRight();
    }

    @Test
    void aTrimDoesABoundedAmountOfWork() {
        for (int entry = 0; entry < 2_500; entry++) {
            redis.ask("XADD", RedisNames.LOG, "1000-" + entry, "data", "old");
        }
        assertThat(trim(WIDE)).isEqualTo(new LogScripts.Trimmed(1_000, true));
        assertThat(trim(WIDE)).isEqualTo(new LogScripts.Trimmed(1_000, true));
        assertThat(trim(WIDE)).isEqualTo(new LogScripts.Trimmed(499, false));
        assertThat(redis.log()).hasSize(1);
    }

    @Test
    void anEmptyLogGetsAFirstEntryOnce() {
        EventId origin = origin(null);
        assertThat(origin).isNotEqualTo(new EventId(false, 0, 0));
        assertThat(origin(null)).isEqualTo(origin);
        assertThat(redis.entries()).singleElement().satisfies(entry -> {
            assertThat(entry.id()).isEqualTo(origin.toString());
            assertThat(entry.type()).isEqualTo("log");
            assertThat(entry.fields()).containsEntry("channel", "hermes:gateway:log");
        });
        assertBytesRight();
    }

    @Test
    void aLogThatHasEntriesNeedsNone() {
        EventId last = publish(WIDE, 2).get(1);
        assertThat(origin(null)).isEqualTo(last);
        assertThat(origin(new EventId(false, 5, 5))).isEqualTo(last);
        assertThat(redis.log()).hasSize(2);
    }

    @Test
    void idsToComeStandAboveTheFloor() {
        EventId floor = Objects.requireNonNull(EventId.parse("99999999999999-1999"));
        assertThat(origin(floor)).hasToString("99999999999999-2000");
        assertThat(publish(WIDE, 1).get(0).isAfter(floor)).isTrue();

        EventId higher = Objects.requireNonNull(EventId.parse("99999999999999-18446744073709551615"));
        assertThat(origin(higher)).hasToString("100000000000000-0");
        assertBytesRight();
    }

    @Test
    void allKeysAreInOneSlotOfACluster() {
        try (ChainRedis cluster = ChainRedis.cluster()) {
            LogScripts scripts = new LogScripts(cluster, WIDE);
            assertThat(given(await(scripts.origin(IDENTITY, null, NOW)))).isNotNull();
            assertThat(given(await(scripts.publish(IDENTITY, events(2))))).hasSize(2);
            assertThat(given(await(new ChainScripts(scripts).draw(IDENTITY, List.of("s"), "gateway", NOW))))
                    .isPositive();
            assertThat(given(await(scripts.trim(IDENTITY))).more()).isFalse();
            assertThat(cluster.log()).containsExactly("{}", "1", "2");
        }
    }

    @Test
    void oneIsTheFirstToRejectAnEntry() {
        LogScripts scripts = scripts(WIDE);
        EventId entry = new EventId(false, 9, 9);

        assertThat(given(await(scripts.firstToReject(IDENTITY, entry)))).isTrue();
        assertThat(given(await(scripts.firstToReject(IDENTITY, entry)))).isFalse();
        assertThat(given(await(scripts.firstToReject(IDENTITY, new EventId(false, 9, 8)))))
                .isFalse();
        assertThat(given(await(scripts.firstToReject(IDENTITY, new EventId(false, 10, 0)))))
                .isTrue();
    }

    private LogScripts scripts(Settings.History bounds) {
        return new LogScripts(redis, bounds);
    }

    private List<EventId> publish(Settings.History bounds, int count) {
        return given(await(scripts(bounds).publish(IDENTITY, events(count))));
    }

    private static List<Envelope> events(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> envelope("c", Integer.toString(number)))
                .toList();
    }

    private boolean removedLast(EventId entry) {
        return await(scripts(WIDE).removedLast(IDENTITY, entry));
    }

    private LogScripts.Trimmed trim(Settings.History bounds) {
        return given(await(scripts(bounds).trim(IDENTITY)));
    }

    private EventId origin(@org.jspecify.annotations.Nullable EventId floor) {
        return given(await(scripts(WIDE).origin(IDENTITY, floor, NOW)));
    }

    private void assertBytesRight() {
        assertThat(redis.state("bytes")).isEqualTo(Long.toString(redis.bytes()));
        assertThat(redis.state("entries"))
                .isEqualTo(Integer.toString(redis.log().size()));
    }
}
