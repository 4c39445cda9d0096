package dev.hermes.gateway.redis;

import io.vertx.redis.client.RedisConnection;
import java.util.List;

/**
 * The connections of a session that is live, but for its subscriber.
 *
 * @param scripts the same as for commands, or one to the node of the log
 * @param log none, or one that follows the log's tail and then those that read in it
 */
record HeldConnections(RedisConnection commands, RedisConnection scripts, List<RedisConnection> log) {

    HeldConnections {
        log = List.copyOf(log);
    }
}
