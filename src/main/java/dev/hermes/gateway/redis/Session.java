package dev.hermes.gateway.redis;

import dev.hermes.gateway.protocol.RedisNames;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to reach Redis and, if it succeeds, the time until Redis is lost again. It opens its own connections,
 * subscribes, proves by a canary that published messages come back, and repeats the proof every second. It ends once,
 * for one reason, and reports nothing afterwards; the next attempt is another session. Confined to the owner's loop.
 *
 * <p>No command but SUBSCRIBE is sent on the subscriber connection: the client may lose an answer there, since any
 * push that arrives meanwhile takes the answer's place in its queue. Confirmations arrive as pushes, and the future
 * of a SUBSCRIBE only says that the command was written.
 */
final class Session {

    /** Learns what happens in the session, on the owner's loop. */
    interface Observer {

        void reached(LinkState state);

        /** The connections answer, and published messages are proven to be received. */
        void live(Connections.Opened opened, String version);

        /** The log's identity; called first before the session is live, then whenever it has changed. */
        void identity(String identity);

        void message(RedisLinkListener.Message message);

        void canaryBack(Duration took);

        /** Redis takes no writes, or takes them, at first or again. May be called repeatedly with the same reason. */
        void writable(boolean writable, String reason);

        /** Something is unusual, but Redis can be used. */
        void odd(String what);

        /** Another node of the Cluster owns the log, although this node still answers; the session is about to end. */
        void logMoved();

        /** The session has ended; the last call. */
        void ended(String reason);
    }

    private static final String CANARY_CHANNEL = RedisNames.OWN_CHANNELS + "canary:";
    private static final long TICK_MILLIS = 1_000;
    /** A connection is taken for silent after 6 s, so that it misses two of these before. */
    private static final int TICKS_A_PING = 2;

    private static final long ATTEMPT_LIMIT_MILLIS = 3_500;
    /** Half a tick less than 3 s, so that the third tick after a canary finds it overdue. */
    private static final long CANARY_NANOS = 2_500_000_000L;
    // In a Cluster the nodes are asked one after the other. So are Sentinels, but a Sentinel may name a silent
    // master, and then a new attempt soon is better.
    private static final long ATTEMPT_LIMIT_CLUSTER_MILLIS = 10_000;

    private final Vertx vertx;
    private final RedisLinkListener.Subscriptions subscriptions;
    private final Observer observer;
    private final IdentityCheck identity;
    private final FailureText reasons;
    private final Connections connections;
    private final Connections.LogConnections logConnections;
    private final String canaryChannel;
    private final Canary canary = new Canary(CANARY_NANOS);
    private final Set<String> unconfirmed = new HashSet<>();
    private final long attemptTimer;

    private LinkState state = LinkState.CONNECTING;
    private boolean ended;
    private long tickTimer = -1;
    private int ticks;
    private String version = "unknown";
    private @Nullable RedisConnection commands;
    private @Nullable RedisConnection scripts;

    Session(
            Vertx vertx,
            Connections connections,
            RedisLinkListener.Subscriptions subscriptions,
            FailureText reasons,
            SecureRandom random,
            Observer observer) {
        this.vertx = vertx;
        this.subscriptions = subscriptions;
        this.reasons = reasons;
        this.identity = new IdentityCheck(connections.cluster(), reasons, random, new IdentityObserver());
        this.observer = observer;
        this.connections = connections;
        this.logConnections = new Connections.LogConnections(connections, subscriptions.logReaders());
        byte[] word = new byte[8];
        random.nextBytes(word);
        this.canaryChannel = CANARY_CHANNEL + HexFormat.of().formatHex(word);
        long limit = connections.cluster() ? ATTEMPT_LIMIT_CLUSTER_MILLIS : ATTEMPT_LIMIT_MILLIS;
        this.attemptTimer =
                vertx.setTimer(limit, timer -> end("not live " + limit + " ms after trying, still " + state));
    }

    void open() {
        connections
                .open()
                .compose(connection -> {
                    commands = watched(connection, "commands");
                    return connections
                            .openForScripts(connection)
                            .onSuccess(opened -> scripts = watched(opened, "scripts"))
                            .compose(opened -> logConnections.open(connection, reader -> watched(reader, "log")))
                            .compose(done -> connections.openAtLog(connection));
                })
                .onSuccess(connection -> subscribe(watched(connection, "subscriber")))
                .onFailure(failure -> end(reasons.of(failure)));
    }

    /** Closes the session without calling the observer. */
    Future<Void> close() {
        ended = true;
        vertx.cancelTimer(attemptTimer);
        vertx.cancelTimer(tickTimer);
        return connections.close();
    }

    private void end(String reason) {
        if (ended) {
            return;
        }
        close();
        observer.ended(reason);
    }

    private void reach(LinkState next) {
        state = state.to(next);
        observer.reached(state);
    }

    private RedisConnection watched(RedisConnection connection, String purpose) {
        return connection
                .exceptionHandler(failure -> end("the " + purpose + " connection failed: " + reasons.of(failure)))
                .endHandler(end -> end("the " + purpose + " connection was " + FailureText.CLOSED));
    }

    private void subscribe(RedisConnection connection) {
        if (ended) {
            return;
        }
        reach(LinkState.SUBSCRIBING);
        connection.handler(this::received);
        Request channels = Request.cmd(Command.SUBSCRIBE).arg(canaryChannel);
        unconfirmed.add("subscribe " + canaryChannel);
        for (String channel : subscriptions.channels()) {
            channels.arg(channel);
            unconfirmed.add("subscribe " + channel);
        }
        write(connection, channels);
        if (!subscriptions.patterns().isEmpty()) {
            Request patterns = Request.cmd(Command.PSUBSCRIBE);
            for (String pattern : subscriptions.patterns()) {
                patterns.arg(pattern);
                unconfirmed.add("psubscribe " + pattern);
            }
            write(connection, patterns);
        }
    }

    private void write(RedisConnection connection, Request request) {
        connection.send(request).onFailure(failure -> end("subscribing failed: " + reasons.of(failure)));
    }

    private void received(@Nullable Response push) {
        if (ended || push == null) {
            return;
        }
        if (RedisErrors.isError(push)) {
            end("Redis refused a subscription: " + reasons.of(push.toString()));
            return;
        }
        String kind = push.get(0).toString();
        switch (kind) {
            case "message" -> message(push.get(1).toString(), null, push.get(2));
            case "pmessage" -> message(push.get(2).toString(), push.get(1).toString(), push.get(3));
            case "subscribe", "psubscribe" -> confirmed(kind + " " + push.get(1));
            case "unsubscribe", "punsubscribe" -> end("Redis ended the subscription of " + push.get(1));
            default -> observer.odd("push of an unknown kind " + kind);
        }
    }

    private void message(String channel, @Nullable String pattern, Response payload) {
        if (pattern == null && channel.equals(canaryChannel)) {
            canaryBack(payload.toString());
        } else if (state == LinkState.LIVE) {
            canary.otherMessage(channel);
            observer.message(new RedisLinkListener.Message(channel, pattern, payload.toBuffer()));
        }
    }

    private void confirmed(String subscription) {
        if (unconfirmed.remove(subscription) && unconfirmed.isEmpty()) {
            reach(LinkState.PROVING);
            prove();
        }
    }

    private void prove() {
        RedisConnection connection = commands;
        if (connection == null) {
            return;
        }
        ServerVersion.ask(connection, observer::odd)
                .onSuccess(found -> found.ifPresent(this::checkVersion))
                .compose(asked -> askIdentity())
                .onSuccess(done -> publishCanary(connection))
                .onFailure(failure -> end(reasons.of(failure)));
    }

    private void checkVersion(ServerVersion found) {
        version = found.toString();
        String problem = found.problem();
        if (problem != null) {
            end(problem);
        }
    }

    private Future<Void> askIdentity() {
        RedisConnection connection = scripts;
        return ended || connection == null ? Future.succeededFuture() : identity.ask(connection);
    }

    private void publishCanary(RedisConnection connection) {
        if (ended) {
            return;
        }
        long number = canary.sent(System.nanoTime());
        RedisErrors.send(
                        connection,
                        Request.cmd(Command.PUBLISH).arg(canaryChannel).arg(Long.toString(number)))
                .onFailure(failure -> end("the canary could not be published: " + reasons.of(failure)));
    }

    private void canaryBack(String number) {
        long took = canary.cameBack(Canary.number(number), System.nanoTime());
        if (took < 0) {
            return;
        }
        observer.canaryBack(Duration.ofNanos(took));
        RedisConnection connection = commands;
        RedisConnection forScripts = scripts;
        if (state == LinkState.PROVING && connection != null && forScripts != null) {
            vertx.cancelTimer(attemptTimer);
            tickTimer = vertx.setPeriodic(TICK_MILLIS, timer -> tick(connection));
            state = state.to(LinkState.LIVE);
            observer.live(new Connections.Opened(connection, forScripts, logConnections.opened()), version);
        }
    }

    private void tick(RedisConnection connection) {
        if (canary.overdue(System.nanoTime())) {
            end("no canary came back for 3 s");
            return;
        }
        // All are pipelined: the answers about the identity are checked when they arrive, and the canary is received
        // as a message.
        askIdentity().onFailure(failure -> end(reasons.of(failure)));
        publishCanary(connection);
        if (ticks++ % TICKS_A_PING == 0) {
            connections.keepAlive(connection).onFailure(failure -> end(reasons.of(failure)));
            logConnections.keepAlive().onFailure(failure -> end(reasons.of(failure)));
        }
    }

    private final class IdentityObserver implements IdentityCheck.Observer {

        @Override
        public void identity(String found) {
            if (!ended) {
                observer.identity(found);
            }
        }

        @Override
        public void writable(boolean writable, String reason) {
            if (!ended) {
                observer.writable(writable, reason);
            }
        }

        @Override
        public void moved() {
            if (!ended) {
                observer.logMoved();
                end("another node of the Cluster has the log now");
            }
        }

        @Override
        public void unusable(String reason) {
            end(reason);
        }
    }
}
