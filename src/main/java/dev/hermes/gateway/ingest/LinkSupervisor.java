package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.loop.Generation;
import dev.hermes.gateway.protocol.RedisNames;
import dev.hermes.gateway.redis.RedisLink;
import dev.hermes.gateway.redis.RedisLinkListener;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Knows whether events flow from Redis through the log to the streams, and is the only one who does: it hears of the link,
 * has the log judged, watches the whole way, tells the streams, and tries again. Owned by the event loop it is made on.
 */
public final class LinkSupervisor implements RedisLinkListener {

    private static final long RETRY_MILLIS = 500;

    /** Where things stand. */
    private enum State {
        /** Redis is not proven to be there. */
        DOWN,
        /** Redis is heard, and takes no writes that the log needs. */
        READ_ONLY,
        /** Redis is there; whether the log goes on where it stopped is being found out, again and again until it is known. */
        JUDGING,
        /** The log goes on, yet some link of the way stands still. */
        STALLED,
        /** Events flow. */
        FLOWING;

        /** Whether Redis is there and takes what the log needs. */
        boolean usable() {
            return this == JUDGING || this == STALLED || this == FLOWING;
        }

        State to(State next) {
            boolean legal = switch (next) {
                case DOWN, JUDGING -> true;
                case READ_ONLY -> this != READ_ONLY;
                case STALLED, FLOWING -> usable();
            };
            if (!legal) {
                throw new IllegalStateException("From " + this + " there is no way to " + next);
            }
            return next;
        }
    }

    /** The streams, as far as this room knows them. Called on the supervisor's loop. */
    public interface Streams {

        /** Redis was lost, or what comes from it reaches nobody. */
        void backendDown(Instant since, String reason);

        /** It is back. */
        void backendUp(Instant since);

        /** Up to where they were told of the log; null while they were not. */
        @Nullable
        EventId told();

        /** Tells them so once more. */
        void tellAgain();

        /** Where each hub is; not answered while one of them is held up. */
        Future<List<EventId>> positions();
    }

    private final Vertx vertx;
    private final InstantSource clock;
    private final @Nullable RedisLink redis;
    private final LogFeed feed;
    private final Streams streams;
    private final Consumer<Message> door;
    private final Consumer<String> revocations;
    private final WayToHubs toHubs;
    private final Generation judging = new Generation();

    private State state;
    /** Why it is not {@link State#FLOWING}, for people. */
    private @Nullable String reason;
    /** Why Redis takes no writes, if so; known before it is proven to be there. */
    private @Nullable String readOnly;

    private @Nullable Long downSinceNanos;
    private boolean streamsKnowItIsDown;
    private long watchTimer = -1;

    /**
     * @param redis null for a gateway without; started and closed here
     * @param feed closed here
     * @param door takes what producers say
     * @param revocations takes what gateways say of tokens
     */
    public LinkSupervisor(
            Vertx vertx,
            InstantSource clock,
            @Nullable RedisLink redis,
            LogFeed feed,
            Streams streams,
            Consumer<Message> door,
            Consumer<String> revocations) {
        this.vertx = vertx;
        this.clock = clock;
        this.redis = redis;
        this.feed = feed;
        this.streams = streams;
        this.door = door;
        this.revocations = revocations;
        this.toHubs = new WayToHubs(streams);
        this.state = redis == null ? State.FLOWING : State.DOWN;
    }

    /** Completes when the first attempt to reach Redis has succeeded, and its marker settled, or failed. */
    public Future<Void> start() {
        watchTimer = vertx.setPeriodic(WholeWay.LOOK_MILLIS, tick -> watch());
        feed.judgedBy(new LogFeed.Judge() {
            @Override
            public void now() {
                if (state.usable()) {
                    judge();
                }
            }

            @Override
            public void later() {
                if (state.usable()) {
                    judgeLater(judging.next());
                }
            }
        });
        return redis == null
                ? Future.succeededFuture()
                : redis.start(this).compose(attempted -> state.usable() ? feed.settled() : Future.succeededFuture());
    }

    /** In reverse: the log, Redis. */
    public Future<Void> close() {
        vertx.cancelTimer(watchTimer);
        return feed.close().eventually(() -> redis == null ? Future.succeededFuture() : redis.close());
    }

    @Override
    public void onMessage(Message message) {
        if (message.pattern() != null || !message.channel().startsWith(RedisNames.OWN_CHANNELS)) {
            door.accept(message);
        } else if (message.channel().equals(RedisNames.SYNC_CHANNEL)) {
            feed.sync(message.payload().toString());
        } else if (message.channel().equals(RedisNames.REVOKED_CHANNEL)) {
            revocations.accept(message.payload().toString());
        }
    }

    @Override
    public void onIdentity(String identity) {
        feed.identity(identity);
    }

    @Override
    public void onLogMoved() {
        feed.moved();
    }

    @Override
    public void onUp(@Nullable Instant since) {
        if (readOnly == null) {
            judge();
        } else {
            stop(State.READ_ONLY, readOnly);
        }
    }

    @Override
    public void onDown(String why) {
        downSinceNanos = System.nanoTime();
        readOnly = null;
        feed.down();
        stop(State.DOWN, why);
    }

    @Override
    public void onWritable(boolean writable, String why) {
        readOnly = writable || !feed.needsWrites() ? null : why;
        if (readOnly == null && state == State.READ_ONLY) {
            judge();
        } else if (readOnly != null && state.usable()) {
            // Messages are still heard, and logged once there is room again.
            feed.hold();
            stop(State.READ_ONLY, readOnly);
        }
    }

    private void stop(State next, String why) {
        judging.next();
        state = state.to(next);
        reason = why;
        toHubs.reset();
        tellDown(why);
    }

    /** Finds out whether the log goes on; again until it does, or Redis is of no use any more. */
    private void judge() {
        int asked = judging.next();
        state = state.to(State.JUDGING);
        feed.up()
                .onComplete(
                        judged -> {
                            if (judging.isCurrent(asked)) {
                                flow();
                                feed.resume(downSince());
                            }
                        },
                        failure -> judgeLater(asked));
    }

    private void judgeLater(int asked) {
        vertx.setTimer(RETRY_MILLIS, again -> {
            if (judging.isCurrent(asked)) {
                judge();
            }
        });
    }

    private @Nullable Instant downSince() {
        Long since = downSinceNanos;
        return since == null ? null : clock.instant().minusNanos(System.nanoTime() - since);
    }

    /** Events flow, unless some link of the way stands still: a log that answers is not yet one that is handed on. */
    private void flow() {
        String trouble = trouble();
        state = state.to(trouble == null ? State.FLOWING : State.STALLED);
        reason = trouble;
        if (trouble == null) {
            tellUp();
        } else {
            tellDown(trouble);
        }
    }

    /** A link that holds says nothing of a log that is kept by nobody: streams and whoever asks must not be told so. */
    private void watch() {
        if (!state.usable()) {
            return;
        }
        feed.look();
        toHubs.look();
        if (state == State.JUDGING) {
            reason = trouble();
            if (reason != null) {
                tellDown(reason);
            }
        } else if (!feed.followed()) {
            judge();
        } else {
            flow();
        }
    }

    private @Nullable String trouble() {
        String trouble = feed.trouble();
        return trouble == null ? toHubs.trouble() : trouble;
    }

    private void tellDown(String why) {
        if (!streamsKnowItIsDown) {
            streamsKnowItIsDown = true;
            streams.backendDown(clock.instant(), why);
        }
    }

    private void tellUp() {
        if (streamsKnowItIsDown) {
            streamsKnowItIsDown = false;
            streams.backendUp(clock.instant());
        }
    }

    /** Whether events flow: Redis is proven to be there, if there is one, and no link of the way stands still. */
    public boolean flowing() {
        return state == State.FLOWING && feed.followed();
    }

    /** Why they do not, for people. */
    public String problem() {
        String problem = redis == null || state != State.DOWN ? reason : redis.problem();
        return problem == null ? "not reached yet" : problem;
    }

    /** How long the last canary was under way; zero before the first. */
    public Duration lastCanary() {
        return redis == null ? Duration.ZERO : redis.lastCanary();
    }
}
