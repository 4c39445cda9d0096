package dev.hermes.gateway.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Distinguishes failures that the client reports in the same way: an error reply of Redis, which is an answer, and a
 * connection without an answer, which is a {@link RedisCommands.UnavailableException}. Confined to the loop of the
 * connection.
 */
final class RedisErrors {

    /** Errors of the client itself that look like an error reply. */
    private static final Set<String> OF_THE_CLIENT = Set.of("CONNECTION_CLOSED", "ILLEGAL_STATE");

    /**
     * The reply of a Cluster node that does not own a key. The client follows it in Cluster mode, so it is seen only
     * if a Cluster node is configured as a single Redis, or on a connection to a single node.
     */
    static final String MOVED = "MOVED";

    /**
     * Replies after which this connection, or the node behind it, cannot be used; other replies concern one command
     * only.
     */
    private static final Set<String> NODE_UNUSABLE =
            Set.of("READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH", MOVED);

    private RedisErrors() {}

    static Future<@Nullable Response> send(RedisConnection connection, Request request) {
        return connection.send(request).recover(failure -> Future.failedFuture(translated(failure)));
    }

    static Future<List<@Nullable Response>> sendAll(RedisConnection connection, List<Request> requests) {
        // One by one: the client's batch fails as a whole if a single command fails, and does not work across the
        // nodes of a Cluster. The commands are pipelined nevertheless.
        List<Future<@Nullable Response>> replies = new ArrayList<>(requests.size());
        for (Request request : requests) {
            replies.add(send(connection, request).recover(RedisErrors::errorInPlace));
        }
        return Future.join(replies).map(all -> all.<@Nullable Response>list());
    }

    /** Whether the failure is an error reply of Redis itself. */
    static boolean isReply(Throwable failure) {
        return failure instanceof Response reply
                && reply.type() == ResponseType.ERROR
                && !OF_THE_CLIENT.contains(code(reply));
    }

    static boolean isError(@Nullable Response reply) {
        return reply != null && reply.type() == ResponseType.ERROR;
    }

    static boolean meansNodeUnusable(Response error) {
        return NODE_UNUSABLE.contains(code(error));
    }

    /** The first word of an error reply, such as {@code NOPERM}. */
    static String code(Response error) {
        String text = error.toString();
        int space = text.indexOf(' ');
        return space < 0 ? text : text.substring(0, space);
    }

    private static Future<@Nullable Response> errorInPlace(Throwable failure) {
        return failure instanceof Response reply ? Future.succeededFuture(reply) : Future.failedFuture(failure);
    }

    private static Throwable translated(Throwable failure) {
        return isReply(failure)
                ? failure
                : new RedisCommands.UnavailableException("Redis did not answer: " + failure.getMessage(), failure);
    }
}
