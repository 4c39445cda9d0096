package dev.hermes.gateway.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.config.Settings;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A link on an event loop of its own and everything that its listener was told, as text and in order. */
final class LinkFixture implements AutoCloseable, RedisLinkListener {

    static final RedisLinkListener.Subscriptions SUBSCRIPTIONS =
            new RedisLinkListener.Subscriptions(List.of("news", "queue:updates"), List.of("download:*:progress"));

    final Vertx vertx = Vertx.vertx();
    final List<String> told = new CopyOnWriteArrayList<>();
    final List<RedisLinkListener.Message> messages = new CopyOnWriteArrayList<>();
    final List<String> threads = new CopyOnWriteArrayList<>();
    final Context owner = vertx.getOrCreateContext();
    final RedisLink link;
    volatile Runnable onEachMessage = () -> {};

    private LinkFixture(Settings.Redis settings, RedisLinkListener.Subscriptions subscriptions) throws Exception {
        link = on(owner, () -> Future.succeededFuture(new RedisLink(vertx, settings, subscriptions)));
    }

    /** Made and not started. */
    static LinkFixture of(String url) throws Exception {
        return of(new Settings.Redis(List.of(new Settings.Secret(url)), 0, null, false, null));
    }

    static LinkFixture of(Settings.Redis settings) throws Exception {
        return new LinkFixture(settings, SUBSCRIPTIONS);
    }

    /** As {@link #live}, with connections to follow and read a log, which nobody uses. */
    static LinkFixture liveWithLog(String url, int readers) throws Exception {
        LinkFixture fixture = new LinkFixture(
                new Settings.Redis(List.of(new Settings.Secret(url)), 0, null, false, null),
                new RedisLinkListener.Subscriptions(SUBSCRIPTIONS.channels(), SUBSCRIPTIONS.patterns(), readers));
        fixture.start();
        fixture.awaitState(LinkState.LIVE);
        return fixture;
    }

    /** Started, and live. */
    static LinkFixture live(String url) throws Exception {
        LinkFixture fixture = of(url);
        fixture.start();
        fixture.awaitState(LinkState.LIVE);
        return fixture;
    }

    void start() throws Exception {
        on(owner, () -> link.start(this));
    }

    /** Started, without waiting for what becomes of the first attempt. */
    void startOnly() throws Exception {
        onOwner(() -> link.start(this));
    }

    /** A context whose thread is not the owner's. */
    Context anotherLoop() {
        Promise<Context> promise = Promise.promise();
        vertx.deployVerticle(new VerticleBase() {
                    @Override
                    public Future<?> start() {
                        promise.complete(context);
                        return Future.succeededFuture();
                    }
                })
                .await();
        return promise.future().await();
    }

    LinkState state() throws Exception {
        return onOwner(link::state);
    }

    <T> T onOwner(Callable<T> call) throws Exception {
        return on(owner, () -> Future.succeededFuture(call.call()));
    }

    void awaitState(LinkState wanted) {
        await().pollInterval(Duration.ofMillis(5)).until(() -> state() == wanted);
    }

    /** The link says why it is not live. */
    void awaitProblem(String... parts) {
        await().untilAsserted(() ->
                assertThat(onOwner(() -> String.valueOf(link.problem()))).contains(parts));
    }

    void awaitTold(String prefix, long times) {
        await("told " + prefix + " times " + times)
                .pollInterval(Duration.ofMillis(5))
                .until(() ->
                        told.stream().filter(line -> line.startsWith(prefix)).count() >= times);
    }

    @Nullable
    Response send(Command command, String... arguments) throws Exception {
        Request request = Request.cmd(command);
        for (String argument : arguments) {
            request.arg(argument);
        }
        return on(owner, () -> link.commands().send(request));
    }

    /** The answer as text, {@code null} for a nil. */
    String ask(Command command, String... arguments) throws Exception {
        return String.valueOf(send(command, arguments));
    }

    /** Runs a call on a context and waits for its future. */
    <T> T on(Context context, Callable<Future<T>> call) throws Exception {
        Promise<T> promise = Promise.promise();
        context.runOnContext(go -> {
            try {
                call.call().onComplete(promise);
            } catch (Exception | AssertionError e) {
                promise.fail(e);
            }
        });
        return promise.future().await(10, TimeUnit.SECONDS);
    }

    @Override
    public void onMessage(RedisLinkListener.Message message) {
        threads.add(Thread.currentThread().getName());
        messages.add(message);
        told.add("message " + message.payload().toString(StandardCharsets.UTF_8));
        onEachMessage.run();
    }

    @Override
    public void onWritable(boolean writable, String reason) {
        threads.add(Thread.currentThread().getName());
        told.add(writable ? "writable" : "not writable " + reason);
    }

    @Override
    public void onUp(@Nullable Instant downSince) {
        threads.add(Thread.currentThread().getName());
        told.add(downSince == null ? "up first" : "up again");
    }

    @Override
    public void onLogMoved() {
        threads.add(Thread.currentThread().getName());
        told.add("log moved");
    }

    @Override
    public void onDown(String reason) {
        threads.add(Thread.currentThread().getName());
        told.add("down " + reason);
    }

    @Override
    public void close() {
        Promise<Void> closed = Promise.promise();
        owner.runOnContext(go -> link.close().onComplete(closed));
        closed.future().await();
        vertx.close().await();
    }
}
