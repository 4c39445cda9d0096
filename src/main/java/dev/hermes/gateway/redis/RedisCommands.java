package dev.hermes.gateway.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends commands to Redis. Callable from any event loop; results arrive on the caller's. While Redis is not proven to
 * be reachable every call fails immediately with {@link UnavailableException}: nothing is queued for later.
 */
public interface RedisCommands {

    /** Whether Redis is proven to be reachable right now; may change before the next call. Any thread. */
    boolean available();

    /** Sends one command. The result is null for a Redis nil. */
    Future<@Nullable Response> send(Request request);

    /**
     * Sends several commands in one pipeline. Results come in order, each on its own: if Redis rejects one command,
     * an error response stands in its place and the others are not affected. In a Cluster the commands may go to
     * different nodes.
     */
    Future<List<@Nullable Response>> sendAll(List<Request> requests);

    /** Redis did not answer, or is known to be unreachable. The command may or may not have taken effect. */
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
