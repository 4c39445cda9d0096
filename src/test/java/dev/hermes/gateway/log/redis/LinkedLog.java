package dev.hermes.gateway.log.redis;

import static dev.hermes.gateway.fixture.Futures.await;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.event.ChannelName;
import dev.hermes.gateway.event.EnvelopeParser;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.LogTest;
import dev.hermes.gateway.loop.OwnerLoop;
import dev.hermes.gateway.protocol.RedisNames;
import dev.hermes.gateway.redis.LinkState;
import dev.hermes.gateway.redis.RedisLink;
import dev.hermes.gateway.redis.RedisLinkListener;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A log over the link that a gateway has, and its Redis, which is emptied at the end. Opened once at a time. */
@SuppressWarnings("NullAway") // What opens the log sets its fields.
final class LinkedLog implements AutoCloseable {

    /** The entries of producers that were no events. */
    final List<String> refused = new CopyOnWriteArrayList<>();

    volatile Supplier<Future<Void>> settled = Future::succeededFuture;
    volatile Supplier<Future<Void>> numbered = Future::succeededFuture;

    private final EmbeddedRedis redis;
    private final Vertx vertx;
    private final Context owner;
    private RedisLink link;
    private RedisLog log;
    private LogScripts scripts;
    private volatile String identity = "";

    LinkedLog(EmbeddedRedis redis, Vertx vertx) {
        this.redis = redis;
        this.vertx = vertx;
        this.owner = vertx.getOrCreateContext();
    }

    /** The log, once it is followed. */
    Future<RedisLog> open(Settings.History bounds, EventLog.Outlet outlet) {
        return Future.succeededFuture(onOwner(() -> {
            link = new RedisLink(
                    vertx,
                    new Settings.Redis(List.of(new Settings.Secret(redis.url().toString())), 0, null, false, null),
                    new RedisLinkListener.Subscriptions(List.of("news"), List.of(), 2));
            scripts = new LogScripts(link.commands(), bounds);
            RedisLogParts parts = new RedisLogParts(
                    scripts,
                    link.tail(),
                    link.readers(),
                    name -> ChannelName.of(new ChannelName.Shape(name, name.equals("stats") ? null : "key")),
                    new EnvelopeParser(Set.of("key", "status"), 4 << 20),
                    LogTest.INDEXED,
                    InstantSource.system());
            log = new RedisLog(
                    OwnerLoop.current(vertx),
                    parts,
                    outlet,
                    () -> settled.get(),
                    () -> numbered.get(),
                    (id, channel, reason, detail, payload) -> refused.add(channel + " " + reason));
            Listening listening = new Listening();
            link.start(listening);
            // The start itself is over after a few seconds in any case.
            return listening.live.future().compose(live -> log.up()).map(up -> log);
        }));
    }

    RedisLog log() {
        return log;
    }

    /** As a gateway does now and then. */
    Future<?> trim() {
        return scripts.trim(identity);
    }

    /** As a gateway does that has these bounds and follows nothing. */
    void trim(Settings.History bounds) {
        onOwner(() -> new LogScripts(link.commands(), bounds).trim(identity));
    }

    boolean followed() {
        return onOwner(() -> Future.succeededFuture(log.followed()));
    }

    /** As a producer does that cares whether its event is lost. */
    EventId add(String... fields) {
        List<String> words = new ArrayList<>(List.of(RedisNames.LOG, "*"));
        words.addAll(List.of(fields));
        return Objects.requireNonNull(EventId.parse(String.valueOf(send("XADD", words.toArray(new String[0])))));
    }

    Response send(String command, String... words) {
        Request request = Request.cmd(Command.create(command));
        List.of(words).forEach(request::arg);
        return onOwner(() -> link.commands().send(request));
    }

    <T> T onOwner(Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        owner.runOnContext(go -> {
            try {
                work.get().onComplete(done);
            } catch (RuntimeException | AssertionError failure) {
                done.fail(failure);
            }
        });
        return await(done.future());
    }

    void closeLink() {
        onOwner(() -> link.close());
    }

    @Override
    public void close() {
        onOwner(() -> log.close());
        send("FLUSHALL");
        closeLink();
    }

    private final class Listening implements RedisLinkListener {

        private final Promise<Void> live = Promise.promise();

        @Override
        public void onIdentity(String now) {
            identity = now;
            log.identity(now);
            if (link.state() == LinkState.LIVE) {
                log.up();
            }
        }

        @Override
        public void onMessage(RedisLinkListener.Message message) {
            // What is heard is the chain's.
        }

        @Override
        public void onUp(@Nullable Instant downSince) {
            // Whoever opens the log does this with the first time.
            if (!live.tryComplete()) {
                log.up();
            }
        }

        @Override
        public void onDown(String reason) {
            log.down();
        }
    }
}
