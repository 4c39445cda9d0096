package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The log in Redis: the stream {@code hermes:events}, shared by all gateways. Whoever appends, every gateway follows
 * the same tail, so that all have the same order and each accepts any cursor. As durable as Redis is.
 *
 * <p>While Redis is unreachable every call fails immediately; nothing is queued. When Redis is back, the tail goes on
 * where it stopped if that entry is still in the log, by the same rule as for a client's cursor. Otherwise the log is
 * lost, and every stream is told so.
 */
public final class RedisLog implements EventLog {

    /** All or none requires a single command, and Redis limits a command to about a million arguments. */
    private static final int MOST_AT_ONCE = 10_000;

    private final OwnerLoop loop;
    private final LogScripts scripts;
    private final StreamReader reader;
    private final Supplier<Future<Void>> settled;

    // Owned by the loop.
    private final LogFollower follower;
    private final ProducerCounter producers;
    private final StartResolver starts;

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
        this.reader = parts.reader();
        this.producers = parts.producers();
        this.settled = settled;
        this.follower = new LogFollower(loop, parts, new EntryDispatcher(parts, outlet, rejections), numbered);
        this.starts = new StartResolver(reader, parts.latest(), follower.indexing(), follower::position);
    }

    /** Redis now holds the log of this identity; {@link #up} must follow once Redis is known to be reachable. */
    public void identity(String now) {
        follower.identity(now);
    }

    /**
     * Redis is proven to be reachable: follows the tail from where it stopped, if that entry is still in the same
     * log. May be called any number of times; a running tail of the same log is left alone. Fails if Redis is lost, or
     * holds another log, or the log is closed, meanwhile. Owner's loop.
     */
    public Future<Void> up() {
        return follower.up();
    }

    /** Whether the log is being followed right now. Owner's loop. */
    public boolean followed() {
        return follower.followed();
    }

    /** A number that grows at least once a second while the log's end can be followed. Owner's loop. */
    public long progress() {
        return follower.progress();
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

    /** Queries the number of events that producers appended, if the log is followed. Owner's loop. */
    public void queryProducers() {
        follower.queryProducers();
    }

    /** Redis was lost. Owner's loop. */
    public void down() {
        follower.down();
    }

    /**
     * This gateway appended events. If they directly follow the tail's position, they need not be read: they are
     * passed on immediately, and the tail goes on after them. Owner's loop.
     */
    public void logged(LogScripts.AppendedRun appended) {
        follower.logged(appended);
    }

    @Override
    public Future<List<EventId>> append(List<Envelope> envelopes) {
        return loop.call(() -> {
            if (envelopes.size() > MOST_AT_ONCE) {
                return Future.failedFuture(new IllegalArgumentException(
                        "events at once: " + envelopes.size() + ", allowed: at most " + MOST_AT_ONCE));
            }
            long received = System.nanoTime();
            return follower.there()
                    .compose(there -> scripts.publish(follower.identity(), envelopes))
                    .map(LogScripts.Reply::required)
                    .map(ids -> {
                        for (int index = 0; index < ids.size(); index++) {
                            follower.appended(ids.get(index), envelopes.get(index), received);
                        }
                        return ids;
                    })
                    .recover(RedisLog::unavailable);
        });
    }

    @Override
    public Future<EventId> position() {
        return loop.call(() -> Future.succeededFuture(follower.position()));
    }

    @Override
    public Future<EventLog.StartPosition> open(Cursor cursor, List<EventLog.StartPosition.LatestQuery> recalls) {
        // Asked again at the end: whoever begins in an outage would never be told of it.
        return loop.call(() -> follower.there()
                .compose(there -> settled.get())
                .compose(done -> starts.open(cursor, recalls))
                .compose(start -> follower.there().map(start))
                .recover(RedisLog::unavailable));
    }

    private static <T> Future<T> unavailable(Throwable failure) {
        return Future.failedFuture(new EventLog.UnavailableException(failure));
    }

    @Override
    public Future<EventLog.ReadResult> read(EventId after, int maxEntries) {
        return loop.call(() -> follower.steady()
                .compose(steady -> reader.after(after, maxEntries))
                .compose(page -> follower.steady().map(page))
                .recover(RedisLog::unavailable));
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
            follower.close();
            return Future.succeededFuture();
        });
    }

    /** Learns of entries that producers appended and that are not events. */
    @FunctionalInterface
    public interface RejectionListener {

        /** Called once for each such entry, on the log's loop. */
        void rejected(EventId id, String channel, Parsed.Reason reason, String detail, Buffer payload);
    }
}
