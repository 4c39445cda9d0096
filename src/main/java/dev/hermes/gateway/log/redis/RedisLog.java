package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.StartPosition;
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
 * The log in Redis, the stream {@code hermes:events}, shared by all gateways: whoever appends, each follows the same tail,
 * so that all have one order and any of them honours any cursor. Durable as far as Redis is.
 *
 * <p>While Redis is away everything here fails at once; nothing is queued. When it is back, the tail goes on where it
 * stopped if that entry is still there, exactly as a client's cursor is judged; if not, the log is lost and everybody is
 * told.
 */
public final class RedisLog implements EventLog {

    private static final Logger LOG = LoggerFactory.getLogger(RedisLog.class);

    /** All or none means one command, and one of a million words is more than Redis takes. */
    private static final int MOST_AT_ONCE = 10_000;

    private static final EventId NOWHERE = new EventId(false, 0, 0);

    private final OwnerLoop loop;
    private final LogScripts scripts;
    private final InstantSource clock;
    private final StreamReader reader;
    private final Handover handover;
    private final Supplier<Future<Void>> settled;

    // Owned by the loop.
    private final StreamTail tail;
    private final LatestIdIndex indexing;
    private final ProducerCounter producers;
    private final StartResolver openings;
    private String identity = "";
    private boolean reachedOnce;
    private boolean closed;

    /** The identity of the log that is followed, or was last. */
    private String followedIdentity = "";

    private @Nullable Future<Void> restarting;

    /**
     * Must be called on the event loop that shall own the log.
     *
     * @param settled completes once it is known whether the source has a hole right now, so that no stream is told of a
     *     hole older than itself
     * @param rejections hears of entries of producers that are no events
     */
    public RedisLog(
            OwnerLoop loop,
            RedisLogParts parts,
            EventLog.Outlet outlet,
            Supplier<Future<Void>> settled,
            RejectionListener rejections) {
        this.loop = loop;
        this.scripts = parts.scripts();
        this.clock = parts.clock();
        this.reader = parts.reader();
        this.handover = new Handover(parts, outlet, rejections);
        this.producers = parts.producers();
        this.indexing = new LatestIdIndex(reader, parts.latest());
        this.settled = settled;
        this.tail = new StreamTail(loop, parts.tail(), NOWHERE, new Following());
        this.openings = new StartResolver(reader, parts.latest(), indexing, tail::position);
    }

    /** Redis holds the log of that identity now; {@link #up} is to follow where Redis is known to be there. */
    public void identity(String now) {
        assert loop.here();
        identity = now;
    }

    /**
     * Redis is proven to be there: follows the tail from where it stopped, if that is still there in the same log. Any
     * number of times; a tail that runs in that log is left alone. Owner's loop.
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
        return reader.at(position)
                .compose(held ->
                        held == null ? scripts.removedLast(followedIdentity, position) : Future.succeededFuture(true))
                .compose(complete -> {
                    if (tail.running()) {
                        return Future.succeededFuture();
                    }
                    if (!complete) {
                        return restart();
                    }
                    follow(position);
                    indexing.resume();
                    return Future.succeededFuture();
                });
    }

    private void follow(EventId from) {
        if (!closed) {
            tail.start(from);
            scripts.handedOn().reached(from);
        }
    }

    /** Whether its entries come right now. Owner's loop. */
    public boolean followed() {
        return tail.running();
    }

    /** How often its end was read so far: every second at least, if it can be. Owner's loop. */
    public long reads() {
        return tail.reads();
    }

    /** How many events of each channel producers have appended themselves, by the last look. Owner's loop. */
    public Map<String, Long> ofProducers() {
        return producers.counts();
    }

    /** Looks how many those are. Owner's loop. */
    public void lookForProducers() {
        producers.look(followedIdentity, tail::position);
    }

    /** Redis was lost. Owner's loop. */
    public void down() {
        assert loop.here();
        tail.stop();
        scripts.silent();
    }

    /** Follows the log that is there now from its tip; what was told of another is void. Whoever asks meanwhile joins. */
    private Future<Void> restart() {
        Future<Void> underWay = restarting;
        if (underWay != null) {
            // It may fail for having meant the log that was there before.
            return underWay.recover(failure -> restart());
        }
        tail.stop();
        String meant = identity;
        Future<Void> begun = scripts.origin(meant, reachedOnce ? tail.position() : null, clock.instant())
                .map(LogScripts.Reply::required)
                // Before anybody is told, so that what is appended because of that is told apart.
                .compose(tip -> producers.begin(meant, tail::position).map(tip))
                .map(tip -> restarted(meant, tip));
        if (!begun.isComplete()) {
            restarting = begun;
            begun.onComplete(done -> restarting = null);
        }
        return begun;
    }

    private @Nullable Void restarted(String meant, EventId tip) {
        if (reachedOnce) {
            LOG.warn("log is lost last_delivered={} resumed_at={}", tail.position(), tip);
        }
        reachedOnce = true;
        followedIdentity = meant;
        handover.lost(tip);
        follow(tip);
        indexing.restart();
        return null;
    }

    /**
     * This gateway appended something. What follows right after the tail's position need not be read: it is handed on at
     * once, and the tail goes on behind it. Owner's loop.
     */
    public void logged(AppendedRun run) {
        assert loop.here();
        long received = run.receivedNanos();
        if (followed() && run.identity().equals(followedIdentity) && run.follows(tail.position())) {
            List<LogEntry> own = run.entries();
            tail.skipTo(own.get(own.size() - 1).id());
            handover.handOn(own, received);
        } else {
            run.own().forEach(one -> expect(one.id(), one.envelope(), received));
        }
        tail.mustReach(run.newest());
    }

    private void expect(EventId id, Envelope envelope, long receivedNanos) {
        if (id.isAfter(tail.position())) {
            handover.expect(id, envelope, receivedNanos);
        }
    }

    @Override
    public Future<List<EventId>> append(List<Envelope> envelopes) {
        return loop.call(() -> {
            if (closed) {
                return Future.failedFuture(new IllegalStateException("the log is closed"));
            }
            if (envelopes.size() > MOST_AT_ONCE) {
                return Future.failedFuture(new IllegalArgumentException(
                        "events at once: " + envelopes.size() + ", allowed: at most " + MOST_AT_ONCE));
            }
            if (!tail.running()) {
                return Future.failedFuture(new EventLog.UnavailableException("the log is not there right now"));
            }
            long received = System.nanoTime();
            return scripts.publish(identity, envelopes)
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
    public Future<StartPosition> open(Cursor cursor, List<StartPosition.LatestQuery> recalls) {
        return loop.call(() -> tail.running()
                ? settled.get().compose(done -> openings.open(cursor, recalls)).recover(RedisLog::unavailable)
                : Future.failedFuture(new EventLog.UnavailableException("the log is not there right now")));
    }

    private static <T> Future<T> unavailable(Throwable failure) {
        return Future.failedFuture(new EventLog.UnavailableException(failure));
    }

    @Override
    public Future<EventLog.ReadResult> read(EventId after, int maxEntries) {
        return loop.call(() -> reader.after(after, maxEntries).recover(RedisLog::unavailable));
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

    /** Hears of entries that producers appended and that are no events. */
    @FunctionalInterface
    public interface RejectionListener {

        /** Once for each. On the loop of the log. */
        void rejected(EventId id, String channel, Parsed.Reason reason, String detail, Buffer payload);
    }
}
