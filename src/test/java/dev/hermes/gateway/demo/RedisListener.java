package dev.hermes.gateway.demo;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Hears, on one connection and so in Redis' own order, all that is published and what happens to the snapshots. */
final class RedisListener implements AutoCloseable {

    /** The one that listens and the one that commands go through. */
    static final int CONNECTIONS = 2;

    private final Redis redis;
    private final RedisConnection connection;
    private final RedisConnection commands;
    private final List<Heard> heard = new CopyOnWriteArrayList<>();

    RedisListener(Vertx vertx, String url) {
        redis = Redis.createClient(vertx, url);
        connection = redis.connect().await();
        commands = redis.connect().await();
        connection.handler(this::hear);
        send(Request.cmd(Command.CONFIG)
                        .arg("SET")
                        .arg("notify-keyspace-events")
                        .arg("K$g"))
                .await();
        connection
                .send(Request.cmd(Command.PSUBSCRIBE)
                        .arg("*:updates")
                        .arg("system:notifications")
                        .arg(Heard.KEYSPACE + "download:*"))
                .await();
    }

    List<Heard> heard() {
        return List.copyOf(heard);
    }

    Future<Response> send(Request request) {
        return commands.send(request);
    }

    private void hear(Response push) {
        if (push.type() != ResponseType.PUSH || !push.get(0).toString().equals("pmessage")) {
            return;
        }
        String message = push.get(3).toString();
        // A SETEX is announced twice, as "set" and as "expire".
        if (!message.equals("expire")) {
            heard.add(new Heard(push.get(2).toString(), message));
        }
    }

    @Override
    public void close() {
        redis.close().await();
    }
}
