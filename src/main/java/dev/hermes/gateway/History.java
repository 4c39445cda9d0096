package dev.hermes.gateway;

import dev.hermes.gateway.ingest.Hearing;
import dev.hermes.gateway.log.EventLog;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which log there is, and what it must be told of Redis. On the loop of the link. */
interface History {

    EventLog log();

    /** The way into it for what is heard over pub/sub. */
    Hearing hearing();

    /** A message of the gateways among themselves. */
    void sync(String payload);

    /** Redis holds what has this identity now. */
    void identity(String identity);

    /** Redis is proven to be there: completes once it is certain what the log holds. */
    Future<Void> up();

    /**
     * After {@link #up}, and after the streams were told; again after each {@link #hold} or {@link #down}.
     *
     * @param downSince when Redis was lost, or null the first time
     */
    void resume(@Nullable Instant downSince);

    /** How many events of each channel producers have appended to it themselves, a second ago. */
    Map<String, Long> ofProducers();

    /** Whether it is of use only where Redis takes writes. */
    boolean needsWrites();

    /** Redis takes no writes, though it is heard. Over with the next {@link #up}. */
    void hold();

    /** Another node has the log now: what was heard and is not in it has no place in the order there. */
    void moved();

    /** Redis was lost. */
    void down();

    /** Whether entries of it reach the hubs right now. */
    boolean followed();

    /** Looks whether a part of it stands still; to be called every {@link WholeWay#LOOK_MILLIS} while Redis is there. */
    void look();

    /** What keeps it from being of use although Redis is there and takes writes, for people; or null. */
    @Nullable
    String trouble();

    /** Completes once it is known whether the source has a hole right now, or when that takes too long. */
    Future<Void> settled();

    Future<Void> close();
}
