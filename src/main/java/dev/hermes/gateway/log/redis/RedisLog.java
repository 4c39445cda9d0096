package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.loop.Generation;
import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log in Redis: the stream {@code hermes:events}, shared by all gateways. Whoever appends, every gateway follows
 * the same tail, so that all have the same order and each accepts any cursor. As durable as Redis is.
 *
 * <p>While Redis is unreachable every call fails immediately; nothing is queued. When Redis is back, the tail goes on
 * where it stopped if that entry is still in the log, by the same rule as for a client's cursor. Otherwise the log is
 * lost, and every stream is told so.
 */
public final class RedisLog implements EventLog {

    private static final Logger LOG = LoggerFactory.getLogger(RedisLog.class);

    /** All or none requires a single command, and Redis limits a command to about a million arguments. */
    private static final int MOST_AT_ONCE = 10_000;

    private static final EventId NOWHERE = new EventId(false, 0, 0);

    private final OwnerLoop loop;
    private final LogScripts scripts;
    private final InstantSource clock;
    private final StreamReader reader;
    private final EntryDispatcher handover;
    private final Supplier<Future<Void>> settled;
    private final Supplier<Future<Void>> numbered;

    // Owned by the loop.
    private final StreamTail tail;
    private final LatestIdIndex indexing;
    private final ProducerCounter producers;
    private final StartResolver starts;
    private String identity = "";
    private boolean reachedOnce;
    private boolean closed;

    /** Counts losses of Redis: what was begun before one must not make the log followed after it. */
    private final Generation reach = new Generation();

    /** The identity of the log that is followed now, or was followed last. */
    private String followedIdentity = "";

    private @Nullable Future<Void> restarting;

    /**
     * Must be called on the event loop that is to own the log.
     *
     * @param settled completes once it is known whether the source has a hole right now, so that no stream is told of
     *     a hole older than the stream itself
     * @param numbered completes once what is heard has a place in the log of the identity told last: before that nobody
     *     is told of another log, since nothing would declare what comes in between
     * @param rejections is called for entries of producers that are not events
     */
    public RedisLog(
            OwnerLoop loop,
            RedisLogParts parts,
            EventLog.Outlet outlet,
            Supplier<Future<Void>> settled,
            Supplier<Future<Void>> numbered,
            RejectionListener rejections) {
        this.loop = loop;
        this.scripts = parts.scripts();
        this.clock = parts.clock();
        this.reader = parts.reader();
        this.handover = new EntryDispatcher(parts, outlet, rejections);
        this.producers = parts.producers();
        this.settled = settled;
        this.numbered = numbered;
        this.tail = new StreamTail(loop, parts.tail(), NOWHERE, new Following());
        this.indexing = new LatestIdIndex(reader, parts.latest(), tail::position);
        this.starts = new StartResolver(reader, parts.latest(), indexing, tail::position);
    }

    /** Redis now holds the log of this identity; {@link #up} must follow once Redis is known to be reachable. */
    public void identity(String now) {
        assert loop.here();
        identity = now;
    }

    /**
     * Redis is proven to be reachable: follows the tail from where it stopped, if that entry is still in the same
     * log. May be called any number of times; a running tail of the same log is left alone. Fails if Redis is lost, or
     * the log closed, meanwhile. Owner's loop.
     */
    public Future<Void> up() {
        assert loop.here();
        if (!reachedOnce || !identity.equals(followedIdentity)) {
            return restart();
        }
        if (tail.running()) {
            return Future.succeededFuture();
        }
        EventId position = tail.position();
        int reached = reach.current();
        return reader.at(position)
                .compose(entry ->
                        entry == null ? scripts.removedLast(followedIdentity, position) : Future.succeededFuture(true))
                .compose(complete -> isSince(reached) ? goOn(position, complete) : notThere());
    }

    /** Whether Redis was not lost since then, nor the log closed. */
    private boolean isSince(int reached) {
        return reach.isCurrent(reached) && !closed;
    }

    private Future<Void> goOn(EventId position, boolean complete) {
        if (!tail.running() && !complete) {
            return restart();
        }
        if (!tail.running()) {
            tail.start(position);
            scripts.handedOn().reached(position);
            indexing.resume();
        }
        return Future.succeededFuture();
    }

    private Future<Void> there() {
        return tail.running() ? Future.succeededFuture() : notThere();
    }

    private static Future<Void> notThere() {
        return Future.failedFuture(new EventLog.UnavailableException("the log is not there right now"));
    }

    /** Whether the log is being followed right now. Owner's loop. */
    public boolean followed() {
        return tail.running();
    }

    /** A number that grows at least once a second while the log's end can be followed. Owner's loop. */
    public long progress() {
        return tail.progress();
    }

    /** The number of events per channel that producers appended themselves, as of the last query. Owner's loop. */
    public Map<String, Long> ofProducers() {
        return producers.counts();
    }

    /** What the log held at the last query; unknown while it is not followed. Owner's loop. */
    public EventLog.Held held() {
        return followed() ? producers.held() : EventLog.Held.UNKNOWN;
    }

    /** The calls that appended so far, and their time. */
    public EventLog.Appends appends() {
        return scripts.appends();
    }

    /** Queries the number of events that producers appended. Owner's loop. */
    public void queryProducers() {
        producers.query(followedIdentity, tail::position);
    }

    /** Redis was lost. Owner's loop. */
    public void down() {
        assert loop.here();
        reach.next();
        tail.stop();
        scripts.silent();
    }

    /**
     * Follows the current log from its tip; entries of an earlier log no longer count. Callers during a restart join
     * it.
     */
    private Future<Void> restart() {
        Future<Void> running = restarting;
        if (running != null) {
            // The running restart may fail because it was started for an earlier log.
            return running.recover(failure -> restart());
        }
        tail.stop();
        String logIdentity = identity;
        int reached = reach.current();
        Future<Void> restart = scripts.origin(logIdentity, reachedOnce ? tail.position() : null, clock.instant())
                .map(LogScripts.Reply::required)
                // Before anybody learns of the restart, so that appends caused by the restart are counted separately.
                .compose(tip -> producers.begin(logIdentity, tail::position).map(tip))
                .compose(tip -> numbered.get().map(tip))
                .compose(tip -> isSince(reached) ? restarted(logIdentity, tip) : notThere());
        if (!restart.isComplete()) {
            restarting = restart;
            restart.onComplete(done -> restarting = null);
        }
        return restart;
    }

    private Future<Void> restarted(String logIdentity, EventId tip) {
        if (reachedOnce) {
            LOG.warn("log is lost last_delivered={} resumed_at={}", tail.position(), tip);
        }
        reachedOnce = true;
        followedIdentity = logIdentity;
        handover.lost(tip);
        tail.start(tip);
        scripts.handedOn().reached(tip);
        indexing.restart();
        return Future.succeededFuture();
    }

    /**
     * This gateway appended events. If they directly follow the tail's position, they need not be read: they are
     * passed on immediately, and the tail goes on after them. Owner's loop.
     */
    public void logged(LogScripts.AppendedRun appended) {
        assert loop.here();
        if (followed() && appended.identity().equals(followedIdentity) && appended.follows(tail.position())) {
            List<LogEntry> own = appended.entries();
            tail.skipTo(own.get(own.size() - 1).id());
            handover.handOn(own, appended.receivedNanos());
        } else {
            appended.own().forEach(event -> expect(event.id(), event.envelope(), appended.receivedNanos()));
        }
        tail.mustReach(appended.newest());
    }

    private void expect(EventId id, Envelope envelope, long receivedNanos) {
        if (id.isAfter(tail.position())) {
            handover.expect(id, envelope, receivedNanos);
        }
    }

    @Override
    public Future<List<EventId>> append(List<Envelope> envelopes) {
        return loop.call(() -> {
            if (envelopes.size() > MOST_AT_ONCE) {
                return Future.failedFuture(new IllegalArgumentException(
                        "events at once: " + envelopes.size() + ", allowed: at most " + MOST_AT_ONCE));
            }
            long received = System.nanoTime();
            return there().compose(there -> scripts.publish(identity, envelopes))
                    .map(LogScripts.Reply::required)
                    .map(ids -> {
                        for (int index = 0; index < ids.size(); index++) {
                            expect(ids.get(index), envelopes.get(index), received);
                            tail.mustReach(ids.get(index));
                        }
                        return ids;
                    })
                    .recover(RedisLog::unavailable);
        });
    }

    @Override
    public Future<EventId> position() {
        return loop.call(() -> Future.succeededFuture(tail.position()));
    }

    @Override
    public Future<EventLog.StartPosition> open(Cursor cursor, List<EventLog.StartPosition.LatestQuery> recalls) {
        // Asked again at the end: whoever begins in an outage would never be told of it.
        return loop.call(() -> there().compose(there -> settled.get())
                .compose(done -> starts.open(cursor, recalls))
                .compose(start -> there().map(start))
                .recover(RedisLog::unavailable));
    }

    private static <T> Future<T> unavailable(Throwable failure) {
        return Future.failedFuture(new EventLog.UnavailableException(failure));
    }

    @Override
    public Future<EventLog.ReadResult> read(EventId after, int maxEntries) {
        return loop.call(() -> reader.after(after, maxEntries).recover(RedisLog::unavailable));
    }

    @Override
    public Future<List<LogEntry>> upTo(EventId position, int mostEntries, long mostBytes) {
        return loop.call(() -> reader.upTo(position, mostEntries, mostBytes).recover(RedisLog::unavailable));
    }

    @Override
    public Future<@Nullable LogEntry> entry(EventId id) {
        return id.memory()
                ? Future.succeededFuture()
                : loop.call(() -> reader.at(id).recover(RedisLog::unavailable));
    }

    @Override
    public Future<Void> close() {
        return loop.call(() -> {
            closed = true;
            tail.stop();
            return Future.succeededFuture();
        });
    }

    private final class Following implements StreamTail.Listener {

        @Override
        public void entries(List<Response> found) {
            handover.found(found);
        }

        @Override
        public Future<Boolean> completeAfter(EventId gone) {
            return scripts.removedLast(followedIdentity, gone);
        }

        @Override
        public void broken() {
            restart().onFailure(this::stopped);
        }

        @Override
        public void stopped(Throwable failure) {
            LOG.warn("log cannot be followed position={} reason=\"{}\"", tail.position(), failure.getMessage());
        }
    }

    /** Learns of entries that producers appended and that are not events. */
    @FunctionalInterface
    public interface RejectionListener {

        /** Called once for each such entry, on the log's loop. */
        void rejected(EventId id, String channel, Parsed.Reason reason, String detail, Buffer payload);
    }
}
