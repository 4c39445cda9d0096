package dev.hermes.gateway.log.memory;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A bounded log in this process, with ids {@code m<epoch>-<seq>}. It begins with an {@link LogEntry.OriginEntry}, so
 * that there is a position before the first event. It ends with the process: a cursor of an earlier process is
 * unknown here.
 */
public final class MemoryLog implements EventLog {

    private static final long TRIM_PERIOD_MILLIS = 1_000;

    private final Vertx vertx;
    private final OwnerLoop loop;
    private final LongSupplier millis;
    private final EventLog.Outlet outlet;
    private final long epoch;

    // Owned by the loop.
    private final RetainedEntries retained;
    private final RetainedEntries.LatestEventIndex latest;
    private final long trimTimer;
    private boolean closed;

    /**
     * Must be called on the event loop that is to own the log.
     *
     * @param indexed the channels whose latest events can be recalled
     * @param millis a monotonic clock, by which entries age
     */
    public MemoryLog(
            Vertx vertx,
            Settings.History bounds,
            Set<String> indexed,
            InstantSource clock,
            LongSupplier millis,
            EventLog.Outlet outlet) {
        this.vertx = vertx;
        this.loop = OwnerLoop.current(vertx);
        this.millis = millis;
        this.outlet = outlet;
        this.epoch = clock.millis();
        this.latest = new RetainedEntries.LatestEventIndex(indexed);
        this.retained = new RetainedEntries(bounds, latest::forget);
        retained.add(new LogEntry.OriginEntry(nextId()), millis.getAsLong());
        this.trimTimer = vertx.setPeriodic(TRIM_PERIOD_MILLIS, tick -> retained.trim(millis.getAsLong()));
    }

    @Override
    public Future<List<EventId>> append(List<Envelope> envelopes) {
        return loop.call(() -> {
            if (closed) {
                return Future.failedFuture("the log is closed");
            }
            if (envelopes.isEmpty()) {
                return Future.succeededFuture(List.of());
            }
            long now = millis.getAsLong();
            List<LogEntry> entries = new ArrayList<>(envelopes.size());
            List<EventId> ids = new ArrayList<>(envelopes.size());
            for (Envelope envelope : envelopes) {
                Event event = new Event(nextId(), envelope);
                retained.add(event, now);
                latest.remember(event);
                entries.add(event);
                ids.add(event.id());
            }
            retained.trim(now);
            outlet.accept(entries, System.nanoTime());
            return Future.succeededFuture(ids);
        });
    }

    /** Appends an entry which declares that the source may have lost events between the two times. */
    public Future<LogEntry.GapEntry> declareHole(Instant from, Instant to) {
        return loop.call(() -> {
            if (closed) {
                return Future.failedFuture("the log is closed");
            }
            long now = millis.getAsLong();
            LogEntry.GapEntry hole =
                    new LogEntry.GapEntry(nextId(), retained.last().id(), from, to);
            retained.add(hole, now);
            retained.trim(now);
            outlet.accept(List.of(hole), System.nanoTime());
            return Future.succeededFuture(hole);
        });
    }

    @Override
    public Future<EventId> position() {
        return loop.call(() -> Future.succeededFuture(retained.last().id()));
    }

    @Override
    public Future<EventLog.StartPosition> open(Cursor cursor, List<EventLog.StartPosition.LatestQuery> recalls) {
        return loop.call(() -> {
            retained.trim(millis.getAsLong());
            EventId tip = retained.last().id();
            if (cursor instanceof Cursor.At at) {
                return Future.succeededFuture(
                        holds(at.id())
                                ? new EventLog.StartPosition(at.id(), null, List.of())
                                : new EventLog.StartPosition(
                                        tip, Gap.of(reason(at.id()), at.id().toString(), tip), List.of()));
            }
            if (cursor instanceof Cursor.Unreadable unreadable) {
                Gap gap = Gap.of(Gap.Reason.UNKNOWN_CURSOR, unreadable.text(), tip);
                return Future.succeededFuture(new EventLog.StartPosition(tip, gap, List.of()));
            }
            return Future.succeededFuture(new EventLog.StartPosition(tip, null, latest.recall(recalls)));
        });
    }

    @Override
    public Future<EventLog.ReadResult> read(EventId after, int maxEntries) {
        return loop.call(() -> {
            retained.trim(millis.getAsLong());
            // Directly before the first entry nothing is missing yet, although the position itself is gone.
            boolean complete = ours(after) && after.minor() >= retained.firstSequence() - 1;
            return Future.succeededFuture(
                    complete
                            ? new EventLog.ReadResult.Page(retained.after(after.minor(), maxEntries))
                            : new EventLog.ReadResult.Evicted());
        });
    }

    @Override
    public Future<List<LogEntry>> upTo(EventId position, int mostEntries, long mostBytes) {
        return loop.call(() -> {
            retained.trim(millis.getAsLong());
            return Future.succeededFuture(
                    holds(position) ? retained.upTo(position.minor(), mostEntries, mostBytes) : List.of());
        });
    }

    @Override
    public Future<@Nullable LogEntry> entry(EventId id) {
        return loop.call(() -> {
            retained.trim(millis.getAsLong());
            return Future.succeededFuture(
                    holds(id) ? retained.after(id.minor() - 1, 1).get(0) : null);
        });
    }

    @Override
    public Future<Void> close() {
        return loop.call(() -> {
            closed = true;
            vertx.cancelTimer(trimTimer);
            return Future.succeededFuture();
        });
    }

    /** What the log holds now. On the loop that owns it. */
    public EventLog.Held held() {
        assert loop.here();
        return retained.held(millis.getAsLong());
    }

    private EventId nextId() {
        return new EventId(true, epoch, retained.nextSequence());
    }

    private boolean ours(EventId id) {
        return id.memory() && id.major() == epoch;
    }

    private boolean holds(EventId id) {
        return ours(id) && retained.holds(id.minor());
    }

    private Gap.Reason reason(EventId id) {
        return ours(id) && Long.compareUnsigned(id.minor(), retained.firstSequence()) < 0
                ? Gap.Reason.HISTORY_EVICTED
                : Gap.Reason.UNKNOWN_CURSOR;
    }

    /** The latest event of a channel or key, or null; for tests of the index. */
    @Nullable
    Event latest(EventLog.StartPosition.LatestQuery recall) {
        return latest.get(recall);
    }
}
