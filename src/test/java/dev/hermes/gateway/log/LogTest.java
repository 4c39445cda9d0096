package dev.hermes.gateway.log;

import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A log of any kind, what came out of it, and short words for what tests ask of it. */
public abstract class LogTest {

    public static final Set<String> INDEXED = Set.of("downloads", "stats");

    public static final Settings.History WIDE = bounds(100_000, Duration.ofHours(1), 64 << 20);

    /** What came out of the log, in that order. */
    public final List<LogEntry> out = Collections.synchronizedList(new ArrayList<>());

    /** Where it began, and began anew. */
    public final List<EventId> lost = Collections.synchronizedList(new ArrayList<>());

    private @Nullable Vertx startedVertx;
    private @Nullable EventLog openedLog;

    /** Opens an empty log; any loop may have it. */
    protected abstract Future<EventLog> open(Vertx vertx, Settings.History bounds, EventLog.Outlet outlet);

    private final class Collecting implements EventLog.Outlet {

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
    protected void startVertx() {
        startedVertx = Vertx.vertx();
    }

    @AfterEach
    protected void close() {
        if (openedLog != null) {
            await(openedLog.close());
        }
        await(vertx().close());
    }

    protected static Settings.History bounds(int maxEvents, Duration maxAge, long maxBytes) {
        return new Settings.History(Settings.History.Store.MEMORY, maxEvents, maxAge, maxBytes, 4 << 20);
    }

    protected final Vertx vertx() {
        return present(startedVertx);
    }

    protected final EventLog log() {
        return present(openedLog);
    }

    protected final void start(Settings.History bounds) {
        openedLog = await(open(vertx(), bounds, new Collecting()));
    }

    protected final List<EventId> append(int events) {
        return await(log().append(IntStream.range(0, events)
                .mapToObj(index -> envelope("queue", "k" + index % 3, "" + index))
                .toList()));
    }

    protected static Envelope envelope(String channel, @Nullable String key, String text) {
        String data = "{\"text\":\"" + text + "\"" + (key == null ? "" : ",\"key\":\"" + key + "\"") + "}";
        return new Envelope(
                channel,
                "update",
                key,
                key == null ? Map.of() : Map.of("key", key),
                Buffer.buffer(data),
                "2026-01-01T00:00:00Z");
    }

    protected final EventLog.StartPosition fresh() {
        return await(log().open(new Cursor.Fresh(), List.of()));
    }

    protected final EventLog.StartPosition resume(EventId id) {
        return await(log().open(new Cursor.At(id), List.of()));
    }

    protected final List<EventId> recalled(EventLog.StartPosition.LatestQuery... recalls) {
        return await(log().open(new Cursor.Fresh(), List.of(recalls))).recalled().stream()
                .map(Event::id)
                .toList();
    }

    protected final List<LogEntry> page(EventId after, int maxEntries) {
        EventLog.ReadResult reading = await(log().read(after, maxEntries));
        assertThat(reading).isInstanceOf(EventLog.ReadResult.Page.class);
        return ((EventLog.ReadResult.Page) reading).entries();
    }

    protected final List<EventId> upTo(EventId position, int mostEntries, long mostBytes) {
        return await(log().upTo(position, mostEntries, mostBytes)).stream()
                .map(LogEntry::id)
                .toList();
    }

    protected final void assertGap(EventLog.StartPosition opening, Gap.Reason reason) {
        EventId tip = fresh().position();
        assertThat(opening.position()).isEqualTo(tip);
        assertThat(opening.gap())
                .asInstanceOf(InstanceOfAssertFactories.type(Gap.class))
                .satisfies(gap -> {
                    assertThat(gap.reason()).isEqualTo(reason);
                    assertThat(gap.resumedAt()).isEqualTo(tip);
                });
    }

    protected static EventId before(EventId id) {
        return new EventId(id.memory(), id.major(), id.minor() - 1);
    }

    protected final void awaitOut(int entries) {
        Awaitility.await().until(() -> out.size() >= entries);
    }

    protected static <T> Future<T> onALoop(Vertx vertx, Supplier<T> work) {
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
