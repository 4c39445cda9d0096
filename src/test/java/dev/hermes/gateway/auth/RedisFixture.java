package dev.hermes.gateway.auth;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.redis.RedisCommands;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A real Redis on loopback with one connection to it. */
final class RedisFixture implements RedisCommands, AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final EmbeddedRedis server = FreePorts.redis();
    private final Redis client;
    private final RedisConnection connection;
    private volatile boolean available = true;

    RedisFixture() {
        client = Redis.createClient(vertx, server.url().toString());
        connection = client.connect().await();
    }

    /** What the gateway's Redis room would say from now on. */
    void available(boolean value) {
        available = value;
    }

    @Override
    public boolean available() {
        return available;
    }

    @Override
    public Future<@Nullable Response> send(Request request) {
        return available
                ? connection.send(request)
                : Future.failedFuture(new RedisCommands.UnavailableException("Redis is away"));
    }

    @Override
    public Future<List<@Nullable Response>> sendAll(List<Request> requests) {
        List<Future<Response>> answers = requests.stream()
                .map(request -> send(request)
                        .recover(failure -> failure instanceof Response refusal
                                ? Future.succeededFuture(refusal)
                                : Future.failedFuture(failure)))
                .toList();
        return Future.all(answers).map(all -> all.<Response>list());
    }

    /** One command, waited for; null for nil. */
    @Nullable
    String ask(Command command, String... arguments) {
        Request request = Request.cmd(command);
        for (String argument : arguments) {
            request.arg(argument);
        }
        Response answer = connection.send(request).await();
        return answer == null ? null : Objects.toString(answer);
    }

    @Override
    public void close() {
        connection.close().await();
        client.close().await();
        vertx.close().await();
        server.close();
    }
}
