package dev.hermes.gateway.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The connections of a session that a log in Redis is read with: the first follows the tail. Confined to the owner's loop. */
final class LogConnections {

    private final Connections connections;
    private final int count;
    private final List<RedisConnection> opened = new ArrayList<>();

    LogConnections(Connections connections, int readers) {
        this.connections = connections;
        this.count = readers == 0 ? 0 : readers + 1;
    }

    /** One after the other, so that a slow Redis is not asked for all of them at once. */
    Future<Void> open(RedisConnection commands, UnaryOperator<RedisConnection> watched) {
        Future<Void> opening = Future.succeededFuture();
        for (int index = 0; index < count; index++) {
            opening = opening.compose(before -> connections.openAtLog(commands))
                    .onSuccess(connection -> opened.add(watched.apply(connection)))
                    .mapEmpty();
        }
        return opening;
    }

    List<RedisConnection> opened() {
        return opened;
    }

    /** One that has nothing to read must not be taken for silent, nor the first while the tail cannot be followed. */
    Future<Void> keepAlive() {
        List<Future<?>> pings = new ArrayList<>();
        opened.forEach(reader -> pings.add(Replies.send(reader, Request.cmd(Command.PING))));
        return Future.all(pings).mapEmpty();
    }
}
