package dev.hermes.gateway.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.net.URI;

/** The node of a Cluster that owns the log's slot, as the Cluster announces it. */
record LogNode(String host, int port) {

    /**
     * Asks the Cluster.
     *
     * @param asked the node whose address stands in for one that the Cluster leaves empty
     */
    static Future<LogNode> find(RedisConnection commands, URI asked) {
        return commands.send(Request.cmd(Command.CLUSTER).arg("KEYSLOT").arg(LogIdentity.KEY))
                .compose(slot -> commands.send(Request.cmd(Command.CLUSTER).arg("SLOTS"))
                        .map(ranges -> ownerOf(slot.toInteger(), ranges, asked)));
    }

    // CLUSTER SLOTS: [[first slot, last slot, [master's host, port, …], [replica's host, …] …] …]
    private static LogNode ownerOf(int slot, Response ranges, URI asked) {
        for (Response range : ranges) {
            if (range.get(0).toInteger() <= slot && slot <= range.get(1).toInteger()) {
                Response host = range.get(2).get(0);
                boolean unnamed = host == null || host.toString().isEmpty();
                return new LogNode(
                        unnamed ? asked.getHost() : host.toString(),
                        range.get(2).get(1).toInteger());
            }
        }
        throw new IllegalStateException("no node of the Cluster serves slot " + slot);
    }
}
