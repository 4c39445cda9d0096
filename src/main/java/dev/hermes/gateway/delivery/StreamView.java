package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.EventId;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One open stream as an operator sees it, at one moment. Holds neither a credential nor an event.
 *
 * @param id the connection's id, as the client was told in {@code connected}
 * @param position everything up to here was handed to the stream
 * @param events events handed to the stream, without gaps and control frames
 * @param bytes bytes of all frames handed to the stream
 */
public record StreamView(
        String id,
        NewStream.Client client,
        Subscription subscription,
        Instant openedAt,
        State state,
        EventId position,
        Lag lag,
        long events,
        long bytes) {

    /** How the stream keeps up. */
    public enum State {
        /** It has got everything. */
        LIVE,
        /** It is behind, and accepts more. */
        CATCHING_UP,
        /** It is behind, and accepts nothing right now. */
        STALLED;

        private final String label = name().toLowerCase(Locale.ROOT);

        /** The word in answers and queries. */
        public String label() {
            return label;
        }
    }

    /**
     * How far the stream is behind.
     *
     * @param entries how many entries of the log follow its position, of all channels; null if more than the hub's window
     *     holds
     * @param millis how long it has been behind without a break; 0 if it is not
     */
    public record Lag(@Nullable Long entries, long millis) {}

    /**
     * Selects streams; null matches all.
     *
     * @param channel the name of a channel that the stream gets events of
     */
    public record Query(
            @Nullable String id,
            @Nullable String user,
            @Nullable String address,
            @Nullable String channel,
            @Nullable State state) {

        /** Selects the stream with this id, if it is open. */
        public static Query ofId(String id) {
            return new Query(id, null, null, null, null);
        }

        boolean matches(SseStream stream) {
            return (id == null || id.equals(stream.id()))
                    && (user == null || user.equals(stream.client().user()))
                    && (address == null || address.equals(stream.client().address()))
                    && (channel == null || stream.subscription().interests().containsKey(channel))
                    && (state == null || state == stream.viewState());
        }
    }
}
