package dev.hermes.gateway.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends commands to Redis. Callable from any event loop; the answer comes back on the caller's. While Redis is not
 * proven to be there every call fails at once with {@link UnavailableException}: nothing is queued for later.
 */
public interface RedisCommands {

    /** Whether Redis is proven to be there right now; may change before the next call. Any thread. */
    boolean available();

    /** One command. The answer is null for a Redis nil. */
    Future<@Nullable Response> send(Request request);

    /**
     * Several commands, pipelined, answered in order, each on its own: one that Redis refuses does not fail the others
     * (its place then holds an error response). In a Cluster they may go to different nodes.
     */
    Future<List<@Nullable Response>> sendAll(List<Request> requests);

    /** Redis did not answer, or is known to be away. What was asked may or may not have happened. */
    public static final class UnavailableException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        public UnavailableException(String message) {
            super(message);
        }

        public UnavailableException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
