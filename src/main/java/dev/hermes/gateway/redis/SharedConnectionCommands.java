package dev.hermes.gateway.redis;

import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends commands over one long-lived connection: no pool is asked for each command, and the commands of one turn of
 * the loop travel together. The connection is used on the owner's loop only; a call from another loop is taken there,
 * and its result back.
 */
final class SharedConnectionCommands implements RedisCommands {

    private final OwnerLoop owner;

    // On the owner's loop only.
    private @Nullable RedisConnection connection;

    // Written on the owner's loop, read on any thread: the only field that crosses threads.
    private volatile boolean available;

    /** Must be called on the owner's loop. */
    SharedConnectionCommands(Vertx vertx) {
        this.owner = OwnerLoop.current(vertx);
    }

    /** Sends commands over this connection from now on. Owner's loop. */
    void open(RedisConnection proven) {
        assert owner.here();
        connection = proven;
        available = true;
    }

    /** Makes every command fail immediately from now on. Owner's loop. */
    void shut() {
        assert owner.here();
        available = false;
        connection = null;
    }

    @Override
    public boolean available() {
        return available;
    }

    @Override
    public Future<@Nullable Response> send(Request request) {
        return available ? owner.call(() -> sendNow(request)) : Future.failedFuture(away());
    }

    @Override
    public Future<List<@Nullable Response>> sendAll(List<Request> requests) {
        return available ? owner.call(() -> sendAllNow(requests)) : Future.failedFuture(away());
    }

    private Future<@Nullable Response> sendNow(Request request) {
        assert owner.here();
        RedisConnection current = connection;
        return current == null ? Future.failedFuture(away()) : RedisErrors.send(current, request);
    }

    private Future<List<@Nullable Response>> sendAllNow(List<Request> requests) {
        assert owner.here();
        RedisConnection current = connection;
        return current == null ? Future.failedFuture(away()) : RedisErrors.sendAll(current, requests);
    }

    private static RedisCommands.UnavailableException away() {
        return new RedisCommands.UnavailableException("Redis is not available");
    }
}
