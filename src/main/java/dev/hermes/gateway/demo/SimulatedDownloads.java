package dev.hermes.gateway.demo;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes to a Redis without end what a busy Hermes would: about six downloads at once with a few progress messages
 * a second each, the queue, the statistics, and an occasional notification. Also keeps one token in Redis that may
 * read all of it.
 *
 * <p>While Redis is unreachable the simulation stands still. It tries again with every tick, and then writes the
 * token again, since a restarted Redis may be empty. Messages under way when Redis was lost may be lost too, or may
 * have been published without an answer, as with Hermes' own publishers.
 *
 * <p>Methods may be called from any thread. One timer and all state live on one event loop.
 */
public final class SimulatedDownloads {

    /** The scopes of the token. */
    public static final String TOKEN_SCOPE = "queue stats system download:*";

    private static final Logger LOG = LoggerFactory.getLogger(SimulatedDownloads.class);

    private static final long TICK_MILLIS = 100;
    /** Also the limit for a handshake or a batch that a stopped Redis does not answer. */
    private static final int SILENCE_SECONDS = 3;

    private final Vertx vertx;
    private final Context context;
    private final Redis redis;
    private final InstantSource clock;
    private final long tickMillis;
    private final SimulatedHermes.DemoToken token = new SimulatedHermes.DemoToken();
    private final SimulatedHermes hermes;

    private @Nullable RedisConnection connection;
    private @Nullable Long timer;
    private boolean waitingForRedis;
    private boolean closed;

    /**
     * @param redisUrl in the form of the Vert.x client, {@code redis://host:port}
     * @param seed the same seed gives the same sequence of messages
     */
    public SimulatedDownloads(Vertx vertx, String redisUrl, long seed) {
        this(vertx, redisUrl, seed, InstantSource.system(), TICK_MILLIS);
    }

    SimulatedDownloads(Vertx vertx, String redisUrl, long seed, InstantSource clock, long tickMillis) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.redis = Redis.createClient(
                vertx,
                new RedisOptions()
                        .setConnectionString(redisUrl)
                        .setNetClientOptions(new NetClientOptions()
                                .setConnectTimeout((int) TimeUnit.SECONDS.toMillis(SILENCE_SECONDS))
                                .setReadIdleTimeout(SILENCE_SECONDS)));
        this.hermes = new SimulatedHermes(seed);
        this.clock = clock;
        this.tickMillis = tickMillis;
    }

    /**
     * The SSE token for {@code queue}, {@code stats}, {@code system} and every download. It stays the same until
     * {@link #revokeToken}, and is in Redis once {@link #start} has succeeded.
     */
    public String token() {
        return token.value();
    }

    /**
     * Completes when the token is in Redis and the first messages are about to follow; fails if Redis does not
     * answer.
     */
    public Future<Void> start() {
        Promise<Void> started = Promise.promise();
        context.runOnContext(
                ignored -> connect().onSuccess(connected -> keepTicking()).onComplete(started));
        return started.future();
    }

    /** Revokes the current token; {@link #token} returns a new one afterwards. Fails without Redis. */
    public Future<Void> revokeToken() {
        Promise<Void> revoked = Promise.promise();
        context.runOnContext(ignored -> {
            RedisConnection current = connection;
            if (current == null) {
                revoked.fail("Redis is away");
                return;
            }
            HermesCommands commands = new HermesCommands(clock.instant());
            token.replace(commands);
            send(current, commands).onComplete(revoked);
        });
        return revoked.future();
    }

    /** Stops publishing; after completion nothing more is published. Keys in Redis stay until they expire. */
    public Future<Void> close() {
        Promise<Void> ended = Promise.promise();
        context.runOnContext(ignored -> {
            closed = true;
            if (timer != null) {
                vertx.cancelTimer(timer);
                timer = null;
            }
            RedisConnection last = connection;
            connection = null;
            Future<Void> disconnected = last == null ? Future.succeededFuture() : last.close();
            disconnected.otherwiseEmpty().compose(gone -> redis.close()).onComplete(ended);
        });
        return ended.future();
    }

    private void keepTicking() {
        if (!closed) {
            timer = vertx.setPeriodic(tickMillis, tick -> tick());
        }
    }

    private void tick() {
        if (waitingForRedis) {
            return;
        }
        RedisConnection current = connection;
        if (current == null) {
            connect();
            return;
        }
        HermesCommands commands = new HermesCommands(clock.instant());
        token.renew(commands);
        hermes.advance(commands);
        send(current, commands);
    }

    private Future<Void> connect() {
        waitingForRedis = true;
        return redis.connect().compose(this::greet).onComplete(done -> waitingForRedis = false);
    }

    private Future<Void> greet(RedisConnection opened) {
        if (closed) {
            return opened.close();
        }
        connection = opened;
        opened.endHandler(end -> context.runOnContext(ignored -> forget(opened)));
        opened.exceptionHandler(failure -> context.runOnContext(ignored -> forget(opened)));
        HermesCommands commands = new HermesCommands(clock.instant());
        token.mayBeLost();
        token.renew(commands);
        LOG.info("simulation=publishing");
        return send(opened, commands);
    }

    private Future<Void> send(RedisConnection current, HermesCommands commands) {
        List<Request> requests = commands.asList();
        if (requests.isEmpty()) {
            return Future.succeededFuture();
        }
        waitingForRedis = true;
        return current.batch(requests)
                .onComplete(answered -> waitingForRedis = false)
                .onFailure(failure -> forget(current))
                .mapEmpty();
    }

    private void forget(RedisConnection lost) {
        if (connection == lost) {
            connection = null;
            LOG.info("simulation=standing_still reason=redis_away");
            lost.close();
        }
    }
}
