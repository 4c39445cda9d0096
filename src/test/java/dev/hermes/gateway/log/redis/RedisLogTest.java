package dev.hermes.gateway.log.redis;

import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.event.ChannelName;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EnvelopeParser;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.EventLogContract;
import dev.hermes.gateway.log.Gap;
import dev.hermes.gateway.loop.OwnerLoop;
import dev.hermes.gateway.protocol.RedisNames;
import dev.hermes.gateway.redis.LinkState;
import dev.hermes.gateway.redis.RedisLink;
import dev.hermes.gateway.redis.RedisLinkListener;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract against a real Redis, over the link that a gateway has. */
@SuppressWarnings("NullAway") // What opens the log sets its fields.
class RedisLogTest extends EventLogContract {

    @AutoClose
    private static final EmbeddedRedis REDIS = FreePorts.redis();

    private final List<String> refused = new CopyOnWriteArrayList<>();
    private Context owner;
    private RedisLink link;
    private RedisLog log;
    private LogScripts scripts;
    private boolean trimming = true;
    private volatile Supplier<Future<Void>> settled = Future::succeededFuture;
    private volatile Supplier<Future<Void>> numbered = Future::succeededFuture;
    private volatile String identity = "";

    @BeforeEach
    void takeALoop() {
        owner = vertx().getOrCreateContext();
    }

    @AfterEach
    void closeLink() {
        onOwner(() -> log.close());
        send("FLUSHALL");
        onOwner(() -> link.close());
    }

    @Override
    protected Future<EventLog> open(Vertx vertx, Settings.History bounds, EventLog.Outlet outlet) {
        return Future.succeededFuture(onOwner(() -> {
            link = new RedisLink(
                    vertx,
                    new Settings.Redis(List.of(new Settings.Secret(REDIS.url().toString())), 0, null, false, null),
                    new RedisLinkListener.Subscriptions(List.of("news"), List.of(), 2));
            scripts = new LogScripts(link.commands(), bounds);
            RedisLogParts parts = new RedisLogParts(
                    scripts,
                    link.tail(),
                    link.readers(),
                    name -> ChannelName.of(new ChannelName.Shape(name, name.equals("stats") ? null : "key")),
                    new EnvelopeParser(Set.of("key", "status"), 4 << 20),
                    INDEXED,
                    InstantSource.system());
            log = new RedisLog(
                    OwnerLoop.current(vertx),
                    parts,
                    outlet,
                    () -> settled.get(),
                    () -> numbered.get(),
                    (id, channel, reason, detail, payload) -> refused.add(channel + " " + reason));
            Listening listening = new Listening();
            link.start(listening);
            // The start itself is over after a few seconds in any case.
            return listening.live.future().compose(live -> log.up()).map(up -> (EventLog)
                    new Seen(log, vertx, () -> trimming ? scripts.trim(identity) : Future.succeededFuture()));
        }));
    }

    /** As a call of the chain that cannot be shown to follow what was heard before. */
    @Override
    protected LogEntry.GapEntry declareHole(Instant from, Instant to) {
        EventId before = fresh().position();
        EventId id = add(
                "channel",
                RedisNames.LOG_CHANNEL,
                "type",
                StreamEntries.GAP,
                "data",
                new JsonObject()
                        .put("reason", "source_hole")
                        .put("requested", before.toString())
                        .put("from", from.toString())
                        .put("to", to.toString())
                        .encode(),
                "timestamp",
                to.toString());
        awaitTail(id);
        return new LogEntry.GapEntry(id, before, from, to);
    }

    /** A server's clock cannot be moved; what time does to old entries, a trim does too that spares none for its age. */
    @Override
    protected void pass(Duration time) {
        Settings.History none = bounds(100_000, Duration.ofMillis(1), 64 << 20);
        EventId newest = fresh().position();
        Awaitility.await().until(() -> Instant.now().toEpochMilli() > newest.major() + 2);
        onOwner(() -> new LogScripts(link.commands(), none).trim(identity));
    }

    /** Told apart by their age in the server's own time. */
    @Override
    protected @Test void aCursorTrimmedByAgeIsEvicted() {
        Settings.History brief = bounds(100_000, Duration.ofSeconds(1), 64 << 20);
        trimming = false;
        start(brief);
        EventId old = append(1).get(0);
        Awaitility.await().until(() -> Instant.now().toEpochMilli() > old.major() + 1_000);
        EventId young = append(1).get(0);
        assertThat(resume(old).gap()).isNull();
        onOwner(() -> scripts.trim(identity));
        assertGap(resume(old), Gap.Reason.HISTORY_EVICTED);
        assertThat(resume(young).gap()).isNull();
    }

    @Override
    protected EventId foreign(EventId own) {
        return new EventId(own.memory(), own.major(), own.minor() + 1_000_000);
    }

    @Test
    void whatAProducerAppendsItselfIsReadAsItStands() {
        start(WIDE);
        EventId start = fresh().position();
        EventId id = add("channel", "queue", "type", "update", "data", "{ \"n\": 1.0 }", "timestamp", "t");
        awaitOut(1);

        assertThat(out).singleElement().isInstanceOfSatisfying(Event.class, event -> {
            assertThat(event.id()).isEqualTo(id);
            assertThat(event.envelope().data()).hasToString("{ \"n\": 1.0 }");
        });
        assertThat(page(start, 10)).isEqualTo(out);
    }

    @Test
    void whatIsNoEventIsAPositionAllTheSame() {
        start(WIDE);
        EventId start = fresh().position();
        EventId id = add("channel", "queue", "type", "error", "data", "{}");
        awaitOut(1);

        assertThat(out).containsExactly(new LogEntry.IgnoredEntry(id));
        assertThat(refused).containsExactly("queue RESERVED_TYPE");
        assertThat(resume(id).gap()).isNull();
        assertThat(page(start, 10)).containsExactly(new LogEntry.IgnoredEntry(id));
        assertThat(refused).as("only what the tail finds is refused").hasSize(1);
    }

    @Test
    void anotherOneOpenedLaterHasTheSameHistory() {
        start(WIDE);
        List<EventId> ids =
                await(log().append(List.of(envelope("stats", null, "1"), envelope("downloads", "k1", "2"))));
        onOwner(() -> link.close());
        out.clear();
        start(WIDE);

        assertThat(resume(ids.get(0)).gap()).isNull();
        assertThat(page(ids.get(0), 10)).extracting(LogEntry::id).containsExactly(ids.get(1));
        assertThat(recalled(new EventLog.StartPosition.LatestQuery("stats", null)))
                .containsExactly(ids.get(0));
        assertThat(recalled(new EventLog.StartPosition.LatestQuery("downloads", "k1")))
                .containsExactly(ids.get(1));
        assertThat(out).isEmpty();
    }

    @Test
    void aFlushedLogIsToldLostOnceAndItsIdsGrowOn() {
        start(WIDE);
        EventId before = append(3).get(2);
        assertThat(lost).hasSize(1);

        send("FLUSHALL");
        Awaitility.await().until(() -> lost.size() == 2 && onOwner(() -> Future.succeededFuture(log.followed())));
        EventId after = append(1).get(0);
        awaitOut(4);
        assertThat(lost.get(1).isAfter(before)).isTrue();
        assertThat(after.isAfter(lost.get(1))).isTrue();
        assertThat(lost).hasSize(2);
        assertGap(resume(before), Gap.Reason.HISTORY_EVICTED);
    }

    @Test
    void nobodyIsToldOfAnotherLogBeforeWhatIsHeardHasAPlaceInIt() {
        start(WIDE);
        Promise<Integer> toldBefore = Promise.promise();
        numbered = () -> {
            toldBefore.tryComplete(lost.size());
            return Future.succeededFuture();
        };
        send("FLUSHALL");

        assertThat(await(toldBefore.future())).isEqualTo(1);
        Awaitility.await().until(() -> lost.size() == 2);
    }

    @Test
    void nobodyBeginsInAnOutageThatBeginsWhileHeWaits() {
        start(WIDE);
        settled = () -> {
            log.down();
            return Future.succeededFuture();
        };

        assertThatThrownBy(() -> await(log().open(new Cursor.Fresh(), List.of())))
                .isInstanceOf(EventLog.UnavailableException.class);
    }

    @Test
    void whatWasBegunBeforeALossIsNotFollowedAfterIt() {
        start(WIDE);
        Future<Void> begun = onOwner(() -> {
            log.down();
            Future<Void> up = log.up();
            log.down();
            return Future.succeededFuture(up);
        });

        assertThatThrownBy(() -> await(begun)).isInstanceOf(EventLog.UnavailableException.class);
        assertThat(log.followed()).isFalse();
    }

    @Test
    void aHistoryOfOneEntryLosesNothingThatIsReadInTime() {
        start(bounds(1, Duration.ofHours(1), 64 << 20));
        List<EventId> ids = new ArrayList<>();
        for (int times = 0; times < 20; times++) {
            ids.addAll(append(1));
        }
        awaitOut(20);

        assertThat(out).extracting(LogEntry::id).isEqualTo(ids);
        assertThat(lost).as("only the beginning").hasSize(1);
    }

    @Test
    void asManyAsOneCommandMayHaveAreTakenWholeAndMoreNotAtAll() {
        start(bounds(10, Duration.ofHours(1), 64 << 20));
        assertThat(append(10_000)).hasSize(10_000);

        awaitOut(10_000);
        assertThat(lost).as("none was trimmed before it was handed on").hasSize(1);

        Future<List<EventId>> tooMany =
                log().append(java.util.Collections.nCopies(10_001, envelope("stats", null, "x")));
        Awaitility.await().until(tooMany::isComplete);
        assertThat(tooMany.cause()).hasMessageContaining("10001").hasMessageContaining("at most 10000");
        assertThat(out).hasSize(10_000);
    }

    private EventId add(String... fields) {
        List<String> words = new ArrayList<>(List.of(RedisNames.LOG, "*"));
        words.addAll(List.of(fields));
        return Objects.requireNonNull(EventId.parse(String.valueOf(send("XADD", words.toArray(new String[0])))));
    }

    private Response send(String command, String... words) {
        Request request = Request.cmd(Command.create(command));
        List.of(words).forEach(request::arg);
        return onOwner(() -> link.commands().send(request));
    }

    private <T> T onOwner(Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        owner.runOnContext(go -> {
            try {
                work.get().onComplete(done);
            } catch (RuntimeException | AssertionError failure) {
                done.fail(failure);
            }
        });
        return await(done.future());
    }

    private void awaitTail(EventId id) {
        Awaitility.await().until(() -> !id.isAfter(await(log().position())));
    }

    private final class Listening implements RedisLinkListener {

        private final Promise<Void> live = Promise.promise();

        @Override
        public void onIdentity(String now) {
            identity = now;
            log.identity(now);
            if (link.state() == LinkState.LIVE) {
                log.up();
            }
        }

        @Override
        public void onMessage(RedisLinkListener.Message message) {
            // What is heard is the chain's.
        }

        @Override
        public void onUp(@Nullable Instant downSince) {
            // Whoever opens the log does this with the first time.
            if (!live.tryComplete()) {
                log.up();
            }
        }

        @Override
        public void onDown(String reason) {
            log.down();
        }
    }

    /**
     * An append is over there when it has a place, and here when the tail has told of it and what is too much was trimmed:
     * tests wait for the latter.
     */
    private record Seen(RedisLog log, Vertx vertx, Supplier<Future<?>> trim) implements EventLog {

        @Override
        public Future<List<EventId>> append(List<Envelope> envelopes) {
            return log.append(envelopes)
                    .compose(ids -> ids.isEmpty()
                            ? Future.succeededFuture(ids)
                            : told(ids.get(ids.size() - 1))
                                    .compose(told -> trim.get())
                                    .map(ids));
        }

        private Future<Void> told(EventId id) {
            return log.position()
                    .compose(tail -> id.isAfter(tail)
                            ? vertx.timer(1, TimeUnit.MILLISECONDS).compose(later -> told(id))
                            : Future.succeededFuture());
        }

        @Override
        public Future<EventId> position() {
            return log.position();
        }

        @Override
        public Future<EventLog.StartPosition> open(Cursor cursor, List<EventLog.StartPosition.LatestQuery> recalls) {
            return log.open(cursor, recalls);
        }

        @Override
        public Future<@Nullable LogEntry> entry(EventId id) {
            return log.entry(id);
        }

        @Override
        public Future<List<LogEntry>> upTo(EventId position, int mostEntries, long mostBytes) {
            return log.upTo(position, mostEntries, mostBytes);
        }

        @Override
        public Future<EventLog.ReadResult> read(EventId after, int maxEntries) {
            return log.read(after, maxEntries);
        }

        @Override
        public Future<Void> close() {
            return log.close();
        }
    }
}
