package dev.hermes.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.HistorySettings;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.Hole;
import dev.hermes.gateway.event.LogEntry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A log of any kind, what came out of it, and short words for what tests ask of it. */
abstract class LogTest {

    static final Set<String> INDEXED = Set.of("downloads", "stats");

    static final HistorySettings WIDE = bounds(100_000, Duration.ofHours(1), 64 << 20);

    /** What came out of the log, in that order. */
    final List<LogEntry> out = Collections.synchronizedList(new ArrayList<>());

    /** Where it began, and began anew. */
    final List<EventId> lost = Collections.synchronizedList(new ArrayList<>());

    private @Nullable Vertx startedVertx;
    private @Nullable EventLog openedLog;

    /** Opens an empty log; any loop may have it. */
    abstract Future<EventLog> open(Vertx vertx, HistorySettings bounds, LogOutlet outlet);

    /** A hole in the source, as this log comes to have one. */
    abstract Hole declareHole(Instant from, Instant to);

    /** Lets this much of the log's time pass, and the log take note of it. */
    abstract void pass(Duration time);

    /** An id that another log of the same kind may have given. */
    abstract EventId foreign(EventId own);

    private final class Collecting implements LogOutlet {

        @Override
        public void accept(List<LogEntry> entries, long receivedNanos) {
            out.addAll(entries);
        }

        @Override
        public void lost(EventId resumedAt) {
            lost.add(resumedAt);
        }
    }

    @BeforeEach
    void startVertx() {
        startedVertx = Vertx.vertx();
    }

    @AfterEach
    void close() {
        if (openedLog != null) {
            await(openedLog.close());
        }
        await(vertx().close());
    }

    static HistorySettings bounds(int maxEvents, Duration maxAge, long maxBytes) {
        return new HistorySettings(HistorySettings.Store.MEMORY, maxEvents, maxAge, maxBytes, 4 << 20);
    }

    final Vertx vertx() {
        return present(startedVertx);
    }

    final EventLog log() {
        return present(openedLog);
    }

    final void start(HistorySettings bounds) {
        openedLog = await(open(vertx(), bounds, new Collecting()));
    }

    final List<EventId> append(int events) {
        return await(log().append(IntStream.range(0, events)
                .mapToObj(index -> envelope("queue", "k" + index % 3, "" + index))
                .toList()));
    }

    static Envelope envelope(String channel, @Nullable String key, String text) {
        String data = "{\"text\":\"" + text + "\"" + (key == null ? "" : ",\"key\":\"" + key + "\"") + "}";
        return new Envelope(
                channel,
                "update",
                key,
                key == null ? Map.of() : Map.of("key", key),
                Buffer.buffer(data),
                "2026-01-01T00:00:00Z");
    }

    final Opening fresh() {
        return await(log().open(new Cursor.Fresh(), List.of()));
    }

    final Opening resume(EventId id) {
        return await(log().open(new Cursor.At(id), List.of()));
    }

    final List<EventId> recalled(Recall... recalls) {
        return await(log().open(new Cursor.Fresh(), List.of(recalls))).recalled().stream()
                .map(Event::id)
                .toList();
    }

    final List<LogEntry> page(EventId after, int maxEntries) {
        Reading reading = await(log().read(after, maxEntries));
        assertThat(reading).isInstanceOf(Reading.Page.class);
        return ((Reading.Page) reading).entries();
    }

    final void assertGap(Opening opening, GapReason reason) {
        EventId tip = fresh().position();
        assertThat(opening.position()).isEqualTo(tip);
        assertThat(opening.gap())
                .asInstanceOf(InstanceOfAssertFactories.type(Gap.class))
                .satisfies(gap -> {
                    assertThat(gap.reason()).isEqualTo(reason);
                    assertThat(gap.resumedAt()).isEqualTo(tip);
                });
    }

    static EventId before(EventId id) {
        return new EventId(id.memory(), id.major(), id.minor() - 1);
    }

    final void awaitOut(int entries) {
        Awaitility.await().until(() -> out.size() >= entries);
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    static <T> Future<T> onALoop(Vertx vertx, Supplier<T> work) {
        Promise<T> done = Promise.promise();
        vertx.runOnContext(go -> {
            try {
                done.complete(work.get());
            } catch (RuntimeException failure) {
                done.fail(failure);
            }
        });
        return done.future();
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new AssertionError("not started");
        }
        return value;
    }
}
