package dev.hermes.gateway.delivery;

import dev.hermes.gateway.log.EventLog;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/**
 * Everything a hub needs to open a stream.
 *
 * @param retryMillis how long the client waits before it reconnects when its connection breaks
 * @param end called once, on the hub's loop
 */
public record NewStream(
        Subscription subscription,
        EventLog.StartPosition start,
        List<Greeting> greetings,
        StreamPermit permit,
        int retryMillis,
        End end) {

    /** An event that gives a new client the current state. Outside the log's order, so it carries no id. */
    public record Greeting(String type, Buffer data) {}

    /** Learns that the stream has ended. */
    @FunctionalInterface
    public interface End {

        /**
         * The stream has ended; nothing more is written to it.
         *
         * @param broke whether the connection broke although the stream was sent everything that followed its cursor
         */
        void ended(boolean broke);
    }
}
