package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.event.Snapshots;
import dev.hermes.gateway.log.SnapshotReader;
import dev.hermes.gateway.redis.RedisCommands;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/** Reads the snapshot keys in Redis, {@code download:{id}:progress} in the default catalogue. */
public final class RedisSnapshots implements SnapshotReader {

    private final RedisCommands redis;

    public RedisSnapshots(RedisCommands redis) {
        this.redis = redis;
    }

    /** A Redis key of another type is not a snapshot, which must not keep a client from connecting. */
    private static Future<@Nullable Response> noText(Throwable failure) {
        return failure instanceof Response && failure.toString().startsWith("WRONGTYPE")
                ? Future.succeededFuture()
                : Future.failedFuture(failure);
    }

    @Override
    public Future<@Nullable Buffer> read(Channel channel, String key) {
        if (channel.snapshotKey() == null || channel.keyField() == null) {
            return Future.succeededFuture();
        }
        String field = channel.keyField();
        return redis.send(Request.cmd(Command.GET).arg(channel.snapshotKey().forKey(key)))
                .recover(RedisSnapshots::noText)
                .map(value -> value == null ? null : Snapshots.withKey(value.toBuffer(), field, key));
    }
}
