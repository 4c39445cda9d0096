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
 * Tells apart what the client throws into one pot: an error that Redis answered, which is an answer, and a connection
 * that gave none, which is a {@link RedisCommands.UnavailableException}. Confined to the loop of the connection.
 */
final class RedisErrors {

    /** Errors of the client itself that it dresses up as an error reply. */
    private static final Set<String> OF_THE_CLIENT = Set.of("CONNECTION_CLOSED", "ILLEGAL_STATE");

    /** Elsewhere in a Cluster; its client follows it, so that nobody sees it but who took a node for a single Redis. */
    static final String MOVED = "MOVED";

    /** Answers after which this connection, or the node behind it, is of no use; others concern one command only. */
    private static final Set<String> NODE_UNUSABLE =
            Set.of("READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH", MOVED);

    private RedisErrors() {}

    static Future<@Nullable Response> send(RedisConnection connection, Request request) {
        return connection.send(request).recover(failure -> Future.failedFuture(translated(failure)));
    }

    static Future<List<@Nullable Response>> sendAll(RedisConnection connection, List<Request> requests) {
        // One by one: the client's batch answers with one error for all as soon as one has failed, and does not exist
        // across the nodes of a Cluster. They are pipelined all the same.
        List<Future<@Nullable Response>> replies = new ArrayList<>(requests.size());
        for (Request request : requests) {
            replies.add(send(connection, request).recover(RedisErrors::errorInPlace));
        }
        return Future.join(replies).map(all -> all.<@Nullable Response>list());
    }

    /** Whether Redis itself answered with this error. */
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

    /** The first word of an error, {@code NOPERM} for example. */
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
