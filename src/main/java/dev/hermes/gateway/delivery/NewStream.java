package dev.hermes.gateway.delivery;

import dev.hermes.gateway.log.EventLog;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Everything a hub needs to open a stream.
 *
 * @param id unique in this gateway; the client is told it as the id of its connection
 * @param retryMillis how long the client waits before it reconnects when its connection breaks
 * @param end called once, on the hub's loop
 */
public record NewStream(
        UUID id,
        Subscription subscription,
        EventLog.StartPosition start,
        List<Greeting> greetings,
        StreamPermit permit,
        Client client,
        int retryMillis,
        End end) {

    /** What the id of a connection begins with, before the id of its stream. */
    static final String CONNECTION = "conn_";

    /**
     * Who opened the stream, for operators.
     *
     * @param address of the client itself, not of a proxy before the gateway
     * @param credential the kind of the credential, never the credential
     * @param user to whom the credential belongs, if it belongs to somebody
     * @param givenRequestId the id that the client gave its request; null if the gateway made one, which is then the {@link
     *     NewStream#id}, so that no stream keeps a second one
     */
    public record Client(
            String address,
            String credential,
            @Nullable String user,
            @Nullable String givenRequestId) {

        /** The id of the request that opened the stream, as its answer told in {@code X-Request-Id}. */
        public String requestId(String connectionId) {
            return givenRequestId == null ? connectionId.substring(CONNECTION.length()) : givenRequestId;
        }
    }

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
