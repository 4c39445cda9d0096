package dev.hermes.gateway.log.redis;

import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.EventLogContract;
import dev.hermes.gateway.log.Gap;
import dev.hermes.gateway.protocol.RedisNames;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

    private LinkedLog linked;
    private boolean trimming = true;

    @BeforeEach
    void link() {
        linked = new LinkedLog(REDIS, vertx());
    }

    @AfterEach
    void closeLink() {
        linked.close();
    }

    @Override
    protected Future<EventLog> open(Vertx vertx, Settings.History bounds, EventLog.Outlet outlet) {
        return linked.open(bounds, outlet)
                .map(log -> new Seen(log, vertx, () -> trimming ? linked.trim() : Future.succeededFuture()));
    }

    /** As a call of the chain that cannot be shown to follow what was heard before. */
    @Override
    protected LogEntry.GapEntry declareHole(Instant from, Instant to) {
        EventId before = fresh().position();
        EventId id = linked.add(
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
        linked.trim(none);
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
        linked.onOwner(() -> linked.trim());
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
        EventId id = linked.add("channel", "queue", "type", "update", "data", "{ \"n\": 1.0 }", "timestamp", "t");
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
        EventId id = linked.add("channel", "queue", "type", "error", "data", "{}");
        awaitOut(1);

        assertThat(out).containsExactly(new LogEntry.IgnoredEntry(id));
        assertThat(linked.refused).containsExactly("queue RESERVED_TYPE");
        assertThat(resume(id).gap()).isNull();
        assertThat(page(start, 10)).containsExactly(new LogEntry.IgnoredEntry(id));
        assertThat(linked.refused).as("only what the tail finds is refused").hasSize(1);
    }

    @Test
    void anotherOneOpenedLaterHasTheSameHistory() {
        start(WIDE);
        List<EventId> ids =
                await(log().append(List.of(envelope("stats", null, "1"), envelope("downloads", "k1", "2"))));
        linked.closeLink();
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

    private void awaitTail(EventId id) {
        Awaitility.await().until(() -> !id.isAfter(await(log().position())));
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
