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
 * Decides whether events flow from Redis through the log to the streams, and is the only class that does. It listens
 * to the Redis link, lets the log be checked, monitors every stage up to the streams, informs the streams, and
 * retries. Owned by the event loop on which it is created.
 */
public final class LinkSupervisor implements RedisLinkListener {

    private static final long RETRY_MILLIS = 500;

    /** The state of the path from Redis to the streams. */
    private enum State {
        /** Redis is not proven to be reachable. */
        DOWN,
        /** Redis is received from, but takes no writes, which the log needs. */
        READ_ONLY,
        /**
         * Redis is reachable; whether the log goes on where it stopped is being checked, again and again until it is
         * known.
         */
        CHECKING,
        /** The log goes on, but some stage makes no progress. */
        STALLED,
        /** Events flow. */
        FLOWING;

        /** Whether Redis is reachable and takes the writes that the log needs. */
        boolean usable() {
            return this == CHECKING || this == STALLED || this == FLOWING;
        }

        State to(State next) {
            boolean legal = switch (next) {
                case DOWN, CHECKING -> true;
                case READ_ONLY -> this != READ_ONLY;
                case STALLED, FLOWING -> usable();
            };
            if (!legal) {
                throw new IllegalStateException("From " + this + " there is no way to " + next);
            }
            return next;
        }
    }

    /** The streams as this package knows them. Called on the supervisor's loop. */
    public interface Streams {

        /** Redis was lost, or its messages reach no stream. */
        void backendDown(Instant since, String reason);

        /** Events flow again. */
        void backendUp(Instant since);

        /** The last log position published to the hubs; null while none was. */
        @Nullable
        EventId published();

        /** Publishes this position once more. */
        void publishAgain();

        /** The position of each hub; not answered while a hub's event loop is blocked. */
        Future<List<EventId>> positions();
    }

    private final Vertx vertx;
    private final InstantSource clock;
    private final @Nullable RedisLink redis;
    private final LogFeed feed;
    private final Streams streams;
    private final Consumer<Message> messages;
    private final Consumer<String> revocations;
    private final HubProgress hubProgress;
    private final Generation checks = new Generation();

    private State state;
    /** Why the state is not {@link State#FLOWING}, for people. */
    private @Nullable String reason;
    /** Why Redis is read-only, or null; may be known before Redis is proven to be reachable. */
    private @Nullable String readOnly;

    /** Since when messages may have been missed, by {@link System#nanoTime()}; null if Redis was never lost. */
    private @Nullable Long missedSinceNanos;

    private boolean announcedDown;
    private boolean everFlowed;

    /** When events stopped flowing, by {@link System#nanoTime()}. */
    private long stoppedNanos = System.nanoTime();

    private long watchTimer = -1;
    private long lastWatchMillis;

    /**
     * @param redis null for a gateway without Redis; started and closed here
     * @param feed closed here
     * @param messages takes the messages of producers
     * @param revocations takes the gateways' messages about revoked tokens
     */
    public LinkSupervisor(
            Vertx vertx,
            InstantSource clock,
            @Nullable RedisLink redis,
            LogFeed feed,
            Streams streams,
            Consumer<Message> messages,
            Consumer<String> revocations) {
        this.vertx = vertx;
        this.clock = clock;
        this.redis = redis;
        this.feed = feed;
        this.streams = streams;
        this.messages = messages;
        this.revocations = revocations;
        this.hubProgress = new HubProgress(streams);
        this.state = redis == null ? State.FLOWING : State.DOWN;
    }

    /** Completes when the first attempt to reach Redis has failed, or has succeeded and its marker is settled. */
    public Future<Void> start() {
        watchTimer = vertx.setPeriodic(ProgressMonitor.LOOK_MILLIS, tick -> watch());
        feed.checkedBy(new LogFeed.Checker() {
            @Override
            public void now() {
                if (state.usable()) {
                    checkLog();
                }
            }

            @Override
            public void later() {
                // A check that is under way comes to the same end sooner, or repeats itself.
                if (state.usable() && state != State.CHECKING) {
                    checkLater(checks.next());
                }
            }
        });
        return redis == null
                ? Future.succeededFuture()
                : redis.start(this).compose(attempted -> state.usable() ? feed.settled() : Future.succeededFuture());
    }

    /** Closes the log, then Redis. */
    public Future<Void> close() {
        vertx.cancelTimer(watchTimer);
        checks.next();
        return feed.close().eventually(() -> redis == null ? Future.succeededFuture() : redis.close());
    }

    @Override
    public void onMessage(Message message) {
        if (message.pattern() != null || !message.channel().startsWith(RedisNames.OWN_CHANNELS)) {
            messages.accept(message);
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
            checkLog();
        } else {
            stop(State.READ_ONLY, readOnly);
        }
    }

    @Override
    public void onDown(String why) {
        missedSinceNanos = redis == null ? System.nanoTime() : redis.provenNanos();
        readOnly = null;
        feed.down();
        stop(State.DOWN, why);
    }

    @Override
    public void onWritable(boolean writable, String why) {
        readOnly = writable || !feed.needsWrites() ? null : why;
        if (readOnly == null && state == State.READ_ONLY) {
            checkLog();
        } else if (readOnly != null && state.usable()) {
            // Messages are still heard, and are logged once Redis takes writes again.
            feed.hold();
            stop(State.READ_ONLY, readOnly);
        }
    }

    private void stop(State next, String why) {
        checks.next();
        state = state.to(next);
        reason = why;
        hubProgress.reset();
        announceDown(why);
    }

    /** Checks whether the log goes on; repeated until it does, or until Redis is lost or read-only. */
    private void checkLog() {
        int asked = checks.next();
        state = state.to(State.CHECKING);
        feed.up()
                .onComplete(
                        checked -> {
                            if (checks.isCurrent(asked)) {
                                flow();
                                feed.resume(missedSince());
                            }
                        },
                        failure -> checkLater(asked));
    }

    private void checkLater(int asked) {
        vertx.setTimer(RETRY_MILLIS, again -> {
            if (checks.isCurrent(asked)) {
                checkLog();
            }
        });
    }

    private @Nullable Instant missedSince() {
        Long since = missedSinceNanos;
        return since == null ? null : clock.instant().minusNanos(System.nanoTime() - since);
    }

    /** Events flow, unless some stage makes no progress: a log that answers is not necessarily delivered. */
    private void flow() {
        String trouble = trouble();
        state = state.to(trouble == null ? State.FLOWING : State.STALLED);
        reason = trouble;
        if (trouble == null) {
            announceUp();
        } else {
            announceDown(trouble);
        }
    }

    /**
     * Monitors the stages. A working Redis link does not show that the log is kept; without this check streams and
     * probes would be told that all is well.
     */
    private void watch() {
        long now = ProgressMonitor.millis();
        if (now - lastWatchMillis < ProgressMonitor.LOOK_MILLIS / 2) {
            // A loop that was held up gets the ticks it missed all at once; they say nothing about the time between.
            return;
        }
        lastWatchMillis = now;
        if (!state.usable()) {
            return;
        }
        feed.look();
        hubProgress.look();
        if (state == State.CHECKING) {
            reason = trouble();
            if (reason != null) {
                announceDown(reason);
            }
        } else if (!feed.followed()) {
            checkLog();
        } else {
            flow();
        }
    }

    private @Nullable String trouble() {
        String trouble = feed.trouble();
        return trouble == null ? hubProgress.trouble() : trouble;
    }

    private void announceDown(String why) {
        if (!announcedDown) {
            announcedDown = true;
            stoppedNanos = everFlowed ? System.nanoTime() : stoppedNanos;
            streams.backendDown(clock.instant(), why);
        }
    }

    private void announceUp() {
        everFlowed = true;
        if (announcedDown) {
            announcedDown = false;
            streams.backendUp(clock.instant());
        }
    }

    /** Whether events flow: Redis, if there is one, is proven to be reachable, and no stage stands still. */
    public boolean flowing() {
        return state == State.FLOWING && feed.followed();
    }

    /** Why events do not flow, for people. */
    public String problem() {
        String problem = redis == null || state != State.DOWN ? reason : redis.problem();
        return problem == null ? "not reached yet" : problem;
    }

    /** The path from Redis to the streams in numbers. */
    public Health health() {
        Duration canary = redis == null ? Duration.ZERO : redis.lastCanary();
        boolean down = announcedDown || (!everFlowed && state != State.FLOWING);
        return new Health(
                flowing(),
                flowing() && !canary.isZero() ? canary.toNanos() / 1e9 : Double.NaN,
                down ? (System.nanoTime() - stoppedNanos) / 1e9 : 0,
                redis == null ? 0 : redis.reconnects());
    }

    /**
     * The path from Redis to the streams in numbers.
     *
     * @param flowing whether events flow
     * @param canarySeconds the round trip of the last canary; not a number while none comes back
     * @param downSeconds for how long events have not flowed; 0 while they do
     * @param reconnects how often Redis was reached again after it was lost
     */
    public record Health(boolean flowing, double canarySeconds, double downSeconds, long reconnects) {}
}
