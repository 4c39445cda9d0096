package dev.hermes.gateway.delivery;

import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.Gap;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a stream got an event, or did not.
 *
 * @param detail one sentence for people
 * @param handedOver when, if it was and that is still known
 * @param supersededBy the event that was sent instead, or null
 * @param gap why the stream was told that events may be missing, if this event is among them
 */
public record Explanation(
        Verdict verdict,
        String detail,
        @Nullable Period handedOver,
        @Nullable EventId supersededBy,
        Gap.@Nullable Reason gap) {

    /** The moment lies between the two. */
    public record Period(Instant from, Instant until) {}

    static Explanation of(Verdict verdict, String detail) {
        return new Explanation(verdict, detail, null, null, null);
    }

    static Explanation gap(Gap.Reason reason, String detail) {
        return new Explanation(Verdict.GAP, detail, null, null, reason);
    }

    /** The kinds of answers. */
    public enum Verdict {
        /** It was handed to the stream's connection. */
        DELIVERED,
        /** The stream's channels, keys or filters leave it out. */
        NOT_MATCHED,
        /** The credential may not see it. */
        OUT_OF_SCOPE,
        /** A later event was sent in its place, since the stream was far behind. */
        SUPERSEDED,
        /** The stream began after it. */
        BEFORE_CURSOR,
        /** The stream was told that it may be missing. */
        GAP,
        /** It comes later than all that the stream has got so far. */
        STILL_BEHIND,
        /** It comes later than all that the stream had got when it ended. */
        ENDED,
        /** The log has no such entry, or no longer. */
        NOT_IN_LOG,
        /** The entry is sent to nobody. */
        NO_EVENT,
        /** More has happened to the stream since than its record holds. */
        NOT_RECORDED;

        private final String label = name().toLowerCase(Locale.ROOT);

        /** The word in answers. */
        public String label() {
            return label;
        }
    }

    /**
     * What an operator gets.
     *
     * @param explanation null if no such stream is known, or it ended long ago
     */
    public record Answer(Question question, @Nullable Explanation explanation) {}

    /**
     * What is asked.
     *
     * @param stream the connection's id, as the client was told in {@code connected}
     * @param entry what the log holds at the event's id, or null
     * @param channel the event's channel; null if the entry is not an event
     */
    public record Question(
            String stream,
            EventId event,
            @Nullable LogEntry entry,
            @Nullable Channel channel) {}
}
