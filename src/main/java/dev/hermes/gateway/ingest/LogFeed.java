package dev.hermes.gateway.ingest;

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
 * The log that there is, what goes into it, and what it must be told of Redis. On the loop of the link.
 */
public interface LogFeed {

    /** Has the log judged, as the supervisor does when Redis comes: the one who tries again. On the loop of the link. */
    interface Judge {

        /** Now, if Redis is of use. */
        void now();

        /** In a while, if Redis is of use until then. */
        void later();
    }

    /** To be called once, before anything is heard. */
    default void judgedBy(Judge judge) {}

    /** Into a log of this process, which needs no Redis. To be called on the loop that shall own it. */
    static LogFeed inMemory(
            Vertx vertx, Settings.History bounds, Set<String> recalled, InstantSource clock, EventLog.Outlet outlet) {
        return new MemoryLogFeed(vertx, bounds, recalled, clock, outlet);
    }

    /**
     * Into the log in Redis that all gateways share. To be called on the loop that shall own it.
     *
     * @param subscriptions every name and glob that is heard, for the chain
     * @param counted counts each entry of a producer that is no event
     * @param rejections keeps those that no other gateway was first to find
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
     * An event was heard over pub/sub; in the order of each subscription.
     *
     * @param subscription the exact name or the glob it was heard by
     */
    void event(String subscription, Envelope envelope);

    /**
     * A message was heard that is no event. It has its place in the order too.
     *
     * @param keep keeps it aside; run at most once, and by one gateway of those that share a log
     */
    void noEvent(String subscription, Runnable keep);

    /** A message of the gateways among themselves. */
    default void sync(String payload) {}

    /** Redis holds what has this identity now. */
    default void identity(String identity) {}

    /** Redis is proven to be there: completes once it is certain what the log holds. */
    Future<Void> up();

    /**
     * After {@link #up}, and after the streams were told; again after each {@link #hold} or {@link #down}.
     *
     * @param downSince when Redis was lost, or null the first time
     */
    void resume(@Nullable Instant downSince);

    /** How many events of each channel producers have appended to it themselves, a second ago. */
    default Map<String, Long> ofProducers() {
        return Map.of();
    }

    /** Whether it is of use only where Redis takes writes. */
    boolean needsWrites();

    /** Redis takes no writes, though it is heard. Over with the next {@link #up}. */
    default void hold() {}

    /** Another node has the log now: what was heard and is not in it has no place in the order there. */
    default void moved() {}

    /** Redis was lost. */
    default void down() {}

    /** Whether entries of it reach the hubs right now. */
    boolean followed();

    /** Looks whether a part of it stands still; to be called every {@link WholeWay#LOOK_MILLIS} while Redis is there. */
    default void look() {}

    /** What keeps it from being of use although Redis is there and takes writes, for people; or null. */
    default @Nullable String trouble() {
        return null;
    }

    /** Completes once it is known whether the source has a hole right now, or when that takes too long. */
    Future<Void> settled();

    Future<Void> close();
}
