package dev.hermes.gateway.ingest;

import dev.hermes.gateway.chain.MarkerChain;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.redis.RedisLog;
import dev.hermes.gateway.log.redis.RedisLogParts;
import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes incoming events to the log, in memory or in Redis, and passes on to the log what happens to the Redis link.
 * All methods are called on the loop of the link.
 */
public interface LogFeed {

    /**
     * Lets the feed ask the supervisor, which does all retries, to check the log again. Called on the loop of the
     * link.
     */
    interface Checker {

        /** Check now, if Redis is usable. */
        void now();

        /** Check after a while, if Redis is still usable then. */
        void later();
    }

    /** Sets the checker; called once, before the first message. */
    default void checkedBy(Checker checker) {}

    /** A feed into a log in this process, which needs no Redis. Must be called on the loop that is to own the log. */
    static LogFeed inMemory(
            Vertx vertx, Settings.History bounds, Set<String> recalled, InstantSource clock, EventLog.Outlet outlet) {
        return new MemoryLogFeed(vertx, bounds, recalled, clock, outlet);
    }

    /**
     * A feed into the log in Redis that all gateways share. Must be called on the loop that is to own the log.
     *
     * @param subscriptions every name and glob that is subscribed, for the chain
     * @param counted counts each entry of a producer that is not an event
     * @param rejections keeps those of these entries that this gateway is the first to find
     */
    static LogFeed inRedis(
            Vertx vertx,
            RedisLogParts parts,
            EventLog.Outlet outlet,
            List<String> subscriptions,
            Consumer<Parsed.Reason> counted,
            RedisLog.RejectionListener rejections) {
        return new RedisLogFeed(vertx, OwnerLoop.current(vertx), parts, outlet, subscriptions, counted, rejections);
    }

    EventLog log();

    /**
     * An event was heard over pub/sub; called in the order of each subscription.
     *
     * @param subscription the exact name or the glob that matched
     */
    void event(String subscription, Envelope envelope);

    /**
     * A message was heard that is not an event. It counts in the order of its subscription too.
     *
     * @param keep keeps the message aside; run at most once, by one of the gateways that share a log
     */
    void rejected(String subscription, Runnable keep);

    /** A marker message between gateways. */
    default void sync(String payload) {}

    /** Redis now holds the log of this identity. */
    default void identity(String identity) {}

    /** Redis is proven to be reachable: completes once it is certain what the log holds. */
    Future<Void> up();

    /**
     * Called after {@link #up} and after the streams were informed; again after each {@link #hold} or {@link #down}.
     *
     * @param missedSince since when messages may have been missed, or null the first time
     */
    void resume(@Nullable Instant missedSince);

    /** How many events of each channel producers have appended to the log themselves, as of about a second ago. */
    default Map<String, Long> ofProducers() {
        return Map.of();
    }

    /** What the log holds, as of about a second ago; unknown while it cannot be reached. */
    EventLog.Held held();

    /** The calls that appended to the log in Redis so far, and their time; none for a log in this process. */
    default EventLog.Appends appends() {
        return EventLog.Appends.NONE;
    }

    /** How the chain stands by which gateways agree who appends; null for a log that no other gateway appends to. */
    default MarkerChain.@Nullable State chain() {
        return null;
    }

    /** Whether the log works only while Redis takes writes. */
    boolean needsWrites();

    /** Redis is read-only, but messages are still heard. Ends with the next {@link #up}. */
    default void hold() {}

    /**
     * The log has moved to another node: messages that were heard and are not in it have no place in the new node's
     * order.
     */
    default void moved() {}

    /** Redis was lost. */
    default void down() {}

    /** Whether entries of the log reach the hubs right now. */
    boolean followed();

    /**
     * Checks whether a part of the feed makes no progress; called every {@link ProgressMonitor#LOOK_MILLIS} while Redis is
     * reachable.
     */
    default void look() {}

    /** What keeps the log from working although Redis is reachable and takes writes, for people; or null. */
    default @Nullable String trouble() {
        return null;
    }

    /** Completes once it is known whether the source has a hole right now, or after a time limit. */
    Future<Void> settled();

    Future<Void> close();
}
