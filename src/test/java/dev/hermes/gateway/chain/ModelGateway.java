package dev.hermes.gateway.chain;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.redis.LogScripts;
import dev.hermes.gateway.redis.RedisCommands;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A gateway that consists of its chain and its connections, and can be paused, cut off and killed. Everything runs on a
 * loop of its own; the director calls from another.
 */
final class ModelGateway implements MarkerChain.Listener, RedisCommands {

    static final List<String> NAMES = List.of("q", "s");
    static final String PATTERN = "d:*:p";
    static final List<String> SUBSCRIPTIONS = List.of("q", "s", PATTERN);

    /** Where something to do comes from; what comes from one index keeps its order. */
    enum From {
        TIMER,
        COMMANDS,
        SUBSCRIBER
    }

    /** What all gateways of a round tell. */
    interface Round {

        void effective(ModelGateway gateway, boolean effective);

        void kept(String serial);
    }

    private final Vertx vertx;
    private final Redis client;
    private final String name;
    private final Round round;
    private final Random random;
    private final Context loop;
    private final boolean mortal;
    private final Promise<MarkerChain> made = Promise.promise();
    private final Promise<Void> closed = Promise.promise();
    final Map<EventId, String> appended = new ConcurrentHashMap<>();

    private volatile boolean dead;

    // On the loop.
    private final Map<From, Deque<Runnable>> held = new EnumMap<>(From.class);
    private boolean paused;
    private int link;
    private @Nullable MarkerChain chain;
    private @Nullable RedisConnection commands;
    private @Nullable RedisConnection subscriber;

    ModelGateway(
            Vertx vertx, Redis client, String name, Round round, MarkerChain.Limits limits, long seed, double fault) {
        this.vertx = vertx;
        this.client = client;
        this.name = name;
        this.round = round;
        this.random = new Random(seed);
        this.mortal = !name.startsWith("steady");
        for (From from : From.values()) {
            held.put(from, new ArrayDeque<>());
        }
        this.loop = vertx.getOrCreateContext();
        loop.runOnContext(go -> {
            LogScripts scripts = new LogScripts(this, ChainRedis.bounds(1_000_000, 1 << 30));
            MarkerChain own = new MarkerChain(
                    name,
                    SUBSCRIPTIONS,
                    new ModelLog(vertx, new ChainScripts(scripts), this, random, fault),
                    new GatedTime(ChainTime.current(vertx, java.time.InstantSource.system())),
                    limits,
                    this::logged,
                    this);
            chain = own;
            connect();
            made.complete(own);
        });
    }

    /** Whether it may be killed and disturbed. */
    boolean mortal() {
        return mortal;
    }

    boolean first() {
        return name.equals("g0");
    }

    boolean dead() {
        return dead;
    }

    /** Runs it, or keeps it until the pause is over, or never. On the loop or not. */
    void does(From from, Runnable task) {
        loop.runOnContext(go -> {
            if (dead) {
                return;
            }
            if (paused) {
                Objects.requireNonNull(held.get(from)).add(task);
            } else {
                task.run();
            }
        });
    }

    void pause(long millis) {
        does(From.TIMER, () -> {
            paused = true;
            round.effective(this, false);
            vertx.setTimer(millis, over -> resume());
        });
    }

    private void resume() {
        paused = false;
        if (!dead) {
            round.effective(this, chain().settled());
        }
        // A process that wakes up cannot tell what came first on which of its sockets.
        while (!dead && !paused) {
            List<Deque<Runnable>> waiting =
                    held.values().stream().filter(queue -> !queue.isEmpty()).toList();
            if (waiting.isEmpty()) {
                return;
            }
            waiting.get(random.nextInt(waiting.size())).removeFirst().run();
        }
    }

    void kill() {
        loop.runOnContext(go -> {
            dead = true;
            round.effective(this, false);
            disconnect();
            // Also in the middle of its close, as where a marker that it draws kills it: no timer ends that any more.
            closed.tryComplete();
        });
    }

    void cutOff(long millis) {
        does(From.TIMER, () -> {
            round.effective(this, false);
            disconnect();
            chain().down();
            vertx.setTimer(millis, over -> does(From.TIMER, this::connect));
        });
    }

    Future<Void> close() {
        loop.runOnContext(go -> {
            if (dead) {
                return;
            }
            try {
                resume();
                chain().close().onComplete(done -> {
                    dead = true;
                    closed.tryComplete();
                    disconnect();
                });
            } catch (RuntimeException | AssertionError failure) {
                // Something kept from before: whoever waits is to hear of that, and not only that nothing came.
                closed.tryFail(failure);
            }
        });
        return closed.future();
    }

    private MarkerChain chain() {
        return Objects.requireNonNull(chain);
    }

    private void disconnect() {
        link++;
        if (commands != null) {
            commands.close();
        }
        if (subscriber != null) {
            subscriber.close();
        }
        commands = null;
        subscriber = null;
    }

    private void connect() {
        int own = ++link;
        int[] unconfirmed = {NAMES.size() + 2};
        client.connect()
                .compose(connection -> {
                    if (own != link) {
                        return connection.close().compose(gone -> Future.failedFuture("too late"));
                    }
                    commands = connection;
                    return client.connect();
                })
                .onSuccess(connection -> {
                    if (own != link) {
                        connection.close();
                        return;
                    }
                    subscriber = connection;
                    connection.handler(push -> {
                        Response said = push;
                        does(From.SUBSCRIBER, () -> {
                            if (own == link) {
                                heard(said, unconfirmed);
                            }
                        });
                    });
                    Request names = Request.cmd(Command.SUBSCRIBE).arg("hermes:gateway:sync");
                    NAMES.forEach(names::arg);
                    connection.send(names);
                    connection.send(Request.cmd(Command.PSUBSCRIBE).arg(PATTERN));
                });
    }

    private void heard(Response push, int[] unconfirmed) {
        switch (push.get(0).toString()) {
            case "message" -> message(push.get(1).toString(), push.get(2).toString());
            case "pmessage" -> message(push.get(1).toString(), push.get(3).toString());
            default -> {
                if (--unconfirmed[0] == 0) {
                    chain().up(ChainRedis.IDENTITY);
                }
            }
        }
    }

    private void message(String subscription, String payload) {
        if (subscription.equals("hermes:gateway:sync")) {
            chain().heardSync(payload);
        } else if (payload.startsWith("bad")) {
            chain().heardRejected(subscription, () -> round.kept(payload));
        } else {
            chain().heard(
                            subscription,
                            new Envelope(subscription, "t", null, Map.of(), Buffer.buffer("{\"same\":1}"), payload));
        }
    }

    private void logged(LogScripts.AppendedRun run) {
        run.own().forEach(one -> appended.put(one.id(), one.envelope().timestamp()));
    }

    @Override
    public void settled() {
        round.effective(this, true);
    }

    @Override
    public void logLost() {
        throw new AssertionError("no log is lost in this model");
    }

    @Override
    public boolean available() {
        return commands != null;
    }

    @Override
    public Future<@Nullable Response> send(Request request) {
        RedisConnection connection = commands;
        return connection == null ? Future.failedFuture("away") : connection.send(request);
    }

    @Override
    public Future<List<@Nullable Response>> sendAll(List<Request> requests) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String toString() {
        return name;
    }

    /** No time passes while the gateway is paused. */
    private final class GatedTime implements ChainTime {

        private final ChainTime time;

        GatedTime(ChainTime time) {
            this.time = time;
        }

        @Override
        public Instant now() {
            return time.now();
        }

        @Override
        public long monotonicMillis() {
            return time.monotonicMillis();
        }

        @Override
        public Runnable after(long millis, Runnable task) {
            boolean[] cancelled = new boolean[1];
            Runnable cancel = time.after(
                    millis,
                    () -> does(From.TIMER, () -> {
                        if (!cancelled[0]) {
                            task.run();
                        }
                    }));
            return () -> {
                cancelled[0] = true;
                cancel.run();
            };
        }

        @Override
        public void later(Runnable task) {
            time.later(() -> does(From.TIMER, task));
        }
    }
}
