package dev.hermes.gateway.redis;

import dev.hermes.gateway.config.Settings;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway's single link to Redis. It connects, subscribes and proves that published messages come back; when
 * Redis is lost, it does all of this again with new connections until it succeeds. An open connection alone proves
 * nothing: the link is live only while a message published through Redis has come back within the last 3 s.
 *
 * <p>Belongs to the event loop on which it is created, as do all its methods, its state and the calls of its
 * listener. Only {@link #commands()} and its siblings may be used from other loops.
 */
public final class RedisLink {

    private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);

    private static final long FIRST_ATTEMPT_LIMIT_MILLIS = 3_000;
    private static final long REPEAT_LOG_SECONDS = 60;

    private final Vertx vertx;
    private final Context owner;
    private final Settings.Redis settings;
    private final RedisLinkListener.Subscriptions subscriptions;
    private RedisLinkListener listener = RedisLinkListener.NOBODY;

    private final Thread ownerThread = Thread.currentThread();
    private final SharedConnectionCommands commands;
    private final SharedConnectionCommands scripts;
    private final List<SharedConnectionCommands> logCommands;
    private final FailureText reasons;
    private final HostLookup hosts;
    private final SecureRandom random = new SecureRandom();
    private final Backoff backoff = new Backoff(random);
    private final Backoff.Throttle failureLog = new Backoff.Throttle(TimeUnit.SECONDS.toNanos(REPEAT_LOG_SECONDS));
    private final Backoff.Throttle oddityLog = new Backoff.Throttle(TimeUnit.SECONDS.toNanos(REPEAT_LOG_SECONDS));
    private final Promise<Void> firstAttempt = Promise.promise();

    // All of these are touched on the owner's loop only.
    private LinkState state = LinkState.DISCONNECTED;
    private @Nullable Session session;
    private boolean started;
    private long startTimer = -1;
    private long retryTimer = -1;
    private @Nullable Instant downSince;
    private long awaySinceNanos = System.nanoTime();
    private @Nullable String problem;
    private Duration lastCanary = Duration.ZERO;
    private long provenNanos;
    private long timesLost;
    private long reconnects;
    private int failedAttempts;
    /** Whether the listener believes that Redis takes writes; an attempt that fails may have told it otherwise. */
    private boolean writable = true;

    /**
     * Opens nothing yet. Must be called on the event loop that is to own the link.
     *
     * @throws IllegalStateException if the caller is not on an event loop
     * @throws IllegalArgumentException if the settings name no Redis, or one whose URL is invalid
     */
    public RedisLink(Vertx vertx, Settings.Redis settings, RedisLinkListener.Subscriptions subscriptions) {
        Context context = Vertx.currentContext();
        if (context == null || !context.isEventLoopContext()) {
            throw new IllegalStateException("A link to Redis is made on the event loop that owns it");
        }
        if (!settings.present()) {
            throw new IllegalArgumentException("HERMES_REDIS_URL names no Redis to link to");
        }
        this.vertx = vertx;
        this.owner = context;
        this.settings = settings;
        this.subscriptions = subscriptions;
        this.reasons = new FailureText(settings);
        this.hosts = new HostLookup(context);
        this.commands = new SharedConnectionCommands(vertx);
        this.scripts = new SharedConnectionCommands(vertx);
        int log = subscriptions.logReaders() == 0 ? 0 : subscriptions.logReaders() + 1;
        this.logCommands = Stream.generate(() -> new SharedConnectionCommands(vertx))
                .limit(log)
                .toList();
    }

    /**
     * Starts the link; may be called once. The future never fails: it completes when the first attempt has succeeded
     * ({@link RedisLinkListener#onUp} was called) or failed, or after 3 s; {@link #state()} tells which. Attempts go
     * on until {@link #close()}.
     */
    public Future<Void> start(RedisLinkListener hears) {
        assertOwnerLoop();
        listener = hears;
        if (started) {
            throw new IllegalStateException("This link was started before");
        }
        started = true;
        startTimer = vertx.setTimer(FIRST_ATTEMPT_LIMIT_MILLIS, timer -> firstAttempt.tryComplete());
        attempt();
        return firstAttempt.future();
    }

    /** Ends attempts, commands and connections for good. The listener is not called any more. */
    public Future<Void> close() {
        assertOwnerLoop();
        if (state == LinkState.CLOSED) {
            return Future.succeededFuture();
        }
        state = state.to(LinkState.CLOSED);
        problem = "closed";
        vertx.cancelTimer(retryTimer);
        vertx.cancelTimer(startTimer);
        firstAttempt.tryComplete();
        shutCommands();
        Session last = session;
        session = null;
        return last == null ? Future.succeededFuture() : last.close();
    }

    /**
     * Commands over one long-lived connection of this link; they fail while it is not live. Any thread may call them.
     */
    public RedisCommands commands() {
        return commands;
    }

    /**
     * Like {@link #commands}, for commands that change the log: in a Cluster they use a connection to the node from
     * which messages are received, and that node rejects them once another node owns the log.
     */
    public RedisCommands scripts() {
        return scripts;
    }

    /**
     * Commands over a connection used for nothing else, so that a command may block, for less than 3 s. Otherwise
     * like {@link #commands}.
     */
    public RedisCommands tail() {
        return logCommands.get(0);
    }

    /**
     * Commands over separate connections, so that large answers delay nobody else. Otherwise like {@link #commands}.
     */
    public List<RedisCommands> readers() {
        return List.copyOf(logCommands.subList(1, logCommands.size()));
    }

    public LinkState state() {
        assertOwnerLoop();
        return state;
    }

    /** Why the link is not live, for people, without any password; null while it is live or in its first attempt. */
    public @Nullable String problem() {
        assertOwnerLoop();
        return problem;
    }

    /** The round trip of the last canary; zero before the first. */
    public Duration lastCanary() {
        assertOwnerLoop();
        return lastCanary;
    }

    /**
     * Up to when nothing can have been missed, by {@link System#nanoTime()}: the time at which the last canary was sent
     * that came back. Not to be asked before the link was live.
     */
    public long provenNanos() {
        assertOwnerLoop();
        return provenNanos;
    }

    /** How often Redis was reached again after it was lost. */
    public long reconnects() {
        assertOwnerLoop();
        return reconnects;
    }

    /** How often a live Redis was lost. */
    public long timesLost() {
        assertOwnerLoop();
        return timesLost;
    }

    /**
     * Starts the next attempt. Runs on the owner's context, not just on its thread: what is opened
     * belongs to the current context, and a context of no deployment, such as a connection's own, is closed before the
     * gateway is.
     */
    private void attempt() {
        if (state != LinkState.DISCONNECTED) {
            return;
        }
        state = state.to(LinkState.CONNECTING);
        try {
            Connections connections = new Connections(vertx, settings, hosts, failedAttempts);
            session = new Session(vertx, connections, subscriptions, reasons, random, new SessionObserver());
        } catch (RuntimeException refused) {
            // The client could not even be created. The settings may be the cause, such as a file that is missing but
            // may still appear.
            failed(reasons.of(refused));
            return;
        }
        session.open();
    }

    private void failed(String reason) {
        boolean wasLive = state == LinkState.LIVE;
        state = state.to(LinkState.DISCONNECTED);
        session = null;
        problem = reason;
        shutCommands();
        if (wasLive) {
            timesLost++;
            downSince = Instant.now();
            awaySinceNanos = System.nanoTime();
            // Later failures of the same outage are throttled from here on.
            failureLog.permits(System.nanoTime());
            LOG.warn("redis is down address={} reason=\"{}\"", reasons.address(), reason);
        } else {
            failedAttempts++;
            if (failureLog.permits(System.nanoTime())) {
                LOG.warn(
                        "redis cannot be reached address={} seconds={} attempts={} reason=\"{}\"",
                        reasons.address(),
                        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - awaySinceNanos),
                        failedAttempts,
                        reason);
            }
        }
        retryTimer = vertx.setTimer(backoff.nextMillis(), timer -> owner.runOnContext(due -> attempt()));
        firstAttempt.tryComplete();
        if (wasLive) {
            writable = true;
            listener.onDown(reason);
        }
    }

    private void shutCommands() {
        commands.shut();
        scripts.shut();
        logCommands.forEach(SharedConnectionCommands::shut);
    }

    private void assertOwnerLoop() {
        assert Thread.currentThread() == ownerThread : "called off the event loop that owns the link to Redis";
    }

    private final class SessionObserver implements Session.Observer {

        @Override
        public void reached(LinkState next) {
            state = state.to(next);
        }

        @Override
        public void live(Connections.Opened opened, String version) {
            state = state.to(LinkState.LIVE);
            problem = null;
            reconnects += downSince == null ? 0 : 1;
            failedAttempts = 0;
            backoff.reset();
            commands.open(opened.commands());
            scripts.open(opened.scripts());
            for (int index = 0; index < logCommands.size(); index++) {
                logCommands.get(index).open(opened.log().get(index));
            }
            LOG.info(
                    "redis is up address={} server={} canary_ms={} times_lost={}",
                    reasons.address(),
                    version,
                    lastCanary.toMillis(),
                    timesLost);
            listener.onUp(downSince);
            firstAttempt.tryComplete();
        }

        @Override
        public void identity(String identity) {
            listener.onIdentity(identity);
        }

        @Override
        public void writable(boolean now, String reason) {
            if (!now) {
                odd(reason);
            }
            if (!now || !writable) {
                writable = now;
                listener.onWritable(now, reason);
            }
        }

        @Override
        public void message(RedisLinkListener.Message message) {
            listener.onMessage(message);
        }

        @Override
        public void canaryBack(Duration took) {
            lastCanary = took;
            provenNanos = System.nanoTime() - took.toNanos();
        }

        @Override
        public void odd(String what) {
            if (oddityLog.permits(System.nanoTime())) {
                LOG.warn("redis is odd address={} reason=\"{}\"", reasons.address(), what);
            }
        }

        @Override
        public void logMoved() {
            listener.onLogMoved();
        }

        @Override
        public void ended(String reason) {
            failed(reason);
        }
    }
}
