package dev.hermes.gateway.delivery;

import dev.hermes.gateway.log.EventLog;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
        Client client,
        int retryMillis,
        End end) {

    /**
     * Who opened the stream, for operators.
     *
     * @param address of the client itself, not of a proxy before the gateway
     * @param credential the kind of the credential, never the credential
     * @param user to whom the credential belongs, if it belongs to somebody
     */
    public record Client(
            String address, String credential, @Nullable String user) {}

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
