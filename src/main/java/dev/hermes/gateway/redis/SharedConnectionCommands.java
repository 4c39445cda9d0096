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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Commands over one connection that is held for as long as it lives: no pool is asked per command, and what one caller
 * sends in one turn travels together. The connection is touched on the owner's loop only; a caller of another loop is
 * taken there and its answer back.
 */
final class SharedConnectionCommands implements RedisCommands {

    private final Vertx vertx;
    private final Context owner;
    private final Thread ownerThread;

    // Owner loop.
    private @Nullable RedisConnection connection;

    // Written on the owner's loop, read on any: the only thing here that crosses threads.
    private volatile boolean available;

    /** On the owner's loop. */
    SharedConnectionCommands(Vertx vertx, Context owner) {
        this.vertx = vertx;
        this.owner = owner;
        this.ownerThread = Thread.currentThread();
    }

    /** From now on commands go over this connection. Owner loop. */
    void open(RedisConnection proven) {
        assert onOwnerLoop();
        connection = proven;
        available = true;
    }

    /** From now on every command fails at once. Owner loop. */
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
            // The client answers on the context that is current here, so on the caller's.
            return call.get();
        }
        Context caller = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        owner.runOnContext(there -> Future.succeededFuture()
                .compose(now -> call.get())
                .onComplete(result -> caller.runOnContext(back -> settle(promise, result))));
        return promise.future();
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
