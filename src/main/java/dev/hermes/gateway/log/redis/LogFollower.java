package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.loop.Generation;
import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which log the tail follows, and from where: on from its position while that is in the same log, else from the
 * end of the log that Redis holds now. Owned by the log's loop.
 */
final class LogFollower {

    private static final Logger LOG = LoggerFactory.getLogger(LogFollower.class);

    private static final EventId NOWHERE = new EventId(false, 0, 0);

    private final OwnerLoop loop;
    private final LogScripts scripts;
    private final InstantSource clock;
    private final StreamReader reader;
    private final EntryDispatcher handover;
    private final ProducerCounter producers;
    private final Supplier<Future<Void>> numbered;
    private final StreamTail tail;
    private final LatestIdIndex indexing;
    private String identity = "";
    private boolean reachedOnce;
    private boolean closed;

    /** Counts losses and changes of the log: what was begun before one must not make the log followed after it. */
    private final Generation reach = new Generation();

    /** The identity of the log that is followed now, or was followed last. */
    private String followedIdentity = "";

    /** Whether another log is to be followed, or this one from another place, as soon as that is possible. */
    private boolean moving;

    /** Of the current reach; null while there is none. */
    private @Nullable Future<Void> restarting;

    /**
     * @param numbered completes once what is heard has a place in the log of the identity told last: before that nobody
     *     is told of another log, since nothing would declare what comes in between
     */
    LogFollower(OwnerLoop loop, RedisLogParts parts, EntryDispatcher handover, Supplier<Future<Void>> numbered) {
        this.loop = loop;
        this.scripts = parts.scripts();
        this.clock = parts.clock();
        this.reader = parts.reader();
        this.handover = handover;
        this.producers = parts.producers();
        this.numbered = numbered;
        this.tail = new StreamTail(loop, parts.tail(), NOWHERE, new Following());
        this.indexing = new LatestIdIndex(reader, parts.latest(), tail::position);
    }

    /** Redis now holds the log of this identity; {@link #up} must follow once Redis is known to be reachable. */
    void identity(String now) {
        assert loop.here();
        outdate();
        identity = now;
    }

    /** The identity of the log that Redis holds, as told last. */
    String identity() {
        return identity;
    }

    private void outdate() {
        reach.next();
        restarting = null;
        moving = false;
    }

    /** As {@link RedisLog#up}. */
    Future<Void> up() {
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
                .compose(complete -> since(reached, () -> goOn(position, complete)));
    }

    /** Goes on only if since then Redis was not lost, its log not replaced, and this not closed. */
    private <T> Future<T> since(int reached, Supplier<Future<T>> next) {
        return reach.isCurrent(reached) && !closed ? next.get() : notThere();
    }

    private Future<Void> goOn(EventId position, boolean complete) {
        if (tail.running()) {
            return Future.succeededFuture();
        }
        if (!complete || restarting != null) {
            return restart();
        }
        if (!position.equals(tail.position())) {
            // The tail was started meanwhile and has stopped again: what it passed on must not follow once more.
            return notThere();
        }
        moving = false;
        tail.start(position);
        scripts.handedOn().reached(position);
        indexing.resume();
        return Future.succeededFuture();
    }

    /** Fails while the log is not followed. */
    Future<Void> there() {
        return tail.running() ? Future.succeededFuture() : notThere();
    }

    /** Fails while another log is about to be followed, from a place that may be before what a page read now holds. */
    Future<Void> steady() {
        return moving ? notThere() : Future.succeededFuture();
    }

    private static <T> Future<T> notThere() {
        return Future.failedFuture(new EventLog.UnavailableException("the log is not there right now"));
    }

    boolean followed() {
        return tail.running();
    }

    /** A number that grows at least once a second while the log's end can be followed. */
    long progress() {
        return tail.progress();
    }

    /** The last entry that was passed on. */
    EventId position() {
        return tail.position();
    }

    /** The index of the log that is followed. */
    LatestIdIndex indexing() {
        return indexing;
    }

    /** Queries the number of events that producers appended, if the log is followed. */
    void queryProducers() {
        if (followed()) {
            producers.query(followedIdentity, tail::position);
        }
    }

    /** Redis was lost. */
    void down() {
        assert loop.here();
        outdate();
        tail.stop();
        scripts.silent();
    }

    void close() {
        assert loop.here();
        closed = true;
        tail.stop();
    }

    /**
     * Follows the current log from its tip; entries of an earlier log no longer count. Callers during a restart join
     * it.
     */
    private Future<Void> restart() {
        Future<Void> running = restarting;
        if (running != null) {
            return running;
        }
        moving = true;
        tail.stop();
        scripts.silent();
        String logIdentity = identity;
        int reached = reach.current();
        Future<Void> restart = scripts.origin(logIdentity, reachedOnce ? tail.position() : null, clock.instant())
                .map(LogScripts.Reply::required)
                // Before anybody learns of the restart, so that appends caused by the restart are counted separately.
                .compose(tip -> since(
                        reached,
                        () -> producers.begin(logIdentity, tail::position).map(tip)))
                .compose(tip -> since(reached, () -> numbered.get().map(tip)))
                .compose(tip -> since(reached, () -> restarted(logIdentity, tip)));
        if (!restart.isComplete()) {
            restarting = restart;
            restart.onComplete(done -> {
                if (reach.isCurrent(reached)) {
                    restarting = null;
                }
            });
        }
        return restart;
    }

    private Future<Void> restarted(String logIdentity, EventId tip) {
        if (reachedOnce) {
            LOG.warn("log is lost last_delivered={} resumed_at={}", tail.position(), tip);
        }
        reachedOnce = true;
        moving = false;
        followedIdentity = logIdentity;
        handover.lost(tip);
        tail.start(tip);
        scripts.handedOn().reached(tip);
        indexing.restart();
        return Future.succeededFuture();
    }

    /** As {@link RedisLog#logged}. */
    void logged(LogScripts.AppendedRun appended) {
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

    /** This gateway appended an event, which is to be read. */
    void appended(EventId id, Envelope envelope, long receivedNanos) {
        expect(id, envelope, receivedNanos);
        tail.mustReach(id);
    }

    private void expect(EventId id, Envelope envelope, long receivedNanos) {
        if (id.isAfter(tail.position())) {
            handover.expect(id, envelope, receivedNanos);
        }
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
            // The others' log would fill up with what this gateway is never handed.
            scripts.silent();
            LOG.warn("log cannot be followed position={} reason=\"{}\"", tail.position(), failure.getMessage());
        }
    }
}
