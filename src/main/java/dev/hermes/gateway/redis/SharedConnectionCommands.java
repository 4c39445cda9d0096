package dev.hermes.gateway.redis;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends commands over one long-lived connection: no pool is asked for each command, and the commands of one turn of
 * the loop travel together. The connection is used on the owner's loop only; a call from another loop is taken there,
 * and its result back.
 */
final class SharedConnectionCommands implements RedisCommands {

    private final Vertx vertx;
    private final Context owner;
    private final Thread ownerThread;

    // On the owner's loop only.
    private @Nullable RedisConnection connection;

    // Written on the owner's loop, read on any thread: the only field that crosses threads.
    private volatile boolean available;

    /** Must be called on the owner's loop. */
    SharedConnectionCommands(Vertx vertx, Context owner) {
        this.vertx = vertx;
        this.owner = owner;
        this.ownerThread = Thread.currentThread();
    }

    /** Sends commands over this connection from now on. Owner's loop. */
    void open(RedisConnection proven) {
        assert onOwnerLoop();
        connection = proven;
        available = true;
    }

    /** Makes every command fail immediately from now on. Owner's loop. */
    void shut() {
        assert onOwnerLoop();
        available = false;
        connection = null;
    }

    @Override
    public boolean available() {
        return available;
    }

    @Override
    public Future<@Nullable Response> send(Request request) {
        return available ? onOwner(() -> sendNow(request)) : Future.failedFuture(away());
    }

    @Override
    public Future<List<@Nullable Response>> sendAll(List<Request> requests) {
        return available ? onOwner(() -> sendAllNow(requests)) : Future.failedFuture(away());
    }

    private Future<@Nullable Response> sendNow(Request request) {
        assert onOwnerLoop();
        RedisConnection current = connection;
        return current == null ? Future.failedFuture(away()) : RedisErrors.send(current, request);
    }

    private Future<List<@Nullable Response>> sendAllNow(List<Request> requests) {
        assert onOwnerLoop();
        RedisConnection current = connection;
        return current == null ? Future.failedFuture(away()) : RedisErrors.sendAll(current, requests);
    }

    private <T> Future<T> onOwner(Supplier<Future<T>> call) {
        if (onOwnerLoop()) {
            // The client answers on the current context, which here is the caller's.
            return call.get();
        }
        Context caller = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        owner.runOnContext(there -> Future.succeededFuture()
                .compose(now -> call.get())
                .onComplete(result -> answer(caller, promise, result)));
        return promise.future();
    }

    private static <T> void answer(Context caller, Promise<T> promise, AsyncResult<T> result) {
        try {
            caller.runOnContext(back -> settle(promise, result));
        } catch (RejectedExecutionException ended) {
            // The caller's loop has ended, as all do when Vert.x is closed: nobody waits there any more.
            promise.tryFail(ended);
        }
    }

    private static <T> void settle(Promise<T> promise, AsyncResult<T> result) {
        if (result.succeeded()) {
            promise.complete(result.result());
        } else {
            promise.fail(result.cause());
        }
    }

    private boolean onOwnerLoop() {
        return Thread.currentThread() == ownerThread;
    }

    private static RedisCommands.UnavailableException away() {
        return new RedisCommands.UnavailableException("Redis is not available");
    }
}
