package dev.hermes.gateway.delivery;

import dev.hermes.gateway.log.StartPosition;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/**
 * All that a hub needs to take on a stream.
 *
 * @param retryMillis how long its client waits before it comes back when its connection breaks
 * @param end called once, on the hub's loop
 */
public record NewStream(
        Subscription subscription,
        StartPosition start,
        List<Greeting> greetings,
        StreamPermit permit,
        int retryMillis,
        End end) {

    /** An event that tells a new client how things stand. Outside of the order, so it carries no id. */
    public record Greeting(String type, Buffer data) {}

    /** Hears that the stream has ended. */
    @FunctionalInterface
    public interface End {

        /**
         * It has; nothing more is written to it.
         *
         * @param broke whether it was sent all that followed its cursor, and its connection broke nevertheless
         */
        void ended(boolean broke);
    }
}
