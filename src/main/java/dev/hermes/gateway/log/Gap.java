package dev.hermes.gateway.log;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Tells a reader that events may be missing.
 *
 * @param requested the position that the reader asked for, as it came
 * @param resumedAt the position after which the stream goes on
 * @param from start of a hole in the source, or null
 * @param to end of the hole, or null
 */
public record Gap(
        Reason reason,
        String requested,
        EventId resumedAt,
        @Nullable Instant from,
        @Nullable Instant to) {

    /** A gap that is not a hole in the source. */
    public static Gap of(Reason reason, String requested, EventId resumedAt) {
        return new Gap(reason, requested, resumedAt, null, null);
    }

    /** The gap that a reader sees when it comes across a hole in the source. */
    public static Gap of(LogEntry.GapEntry hole) {
        return new Gap(Reason.SOURCE_HOLE, hole.requested().toString(), hole.id(), hole.from(), hole.to());
    }

    /** The JSON object that stands in frames and in poll pages alike. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("reason", reason.label())
                .put("requested", requested)
                .put("resumed_at", resumedAt.toString());
        if (from != null) {
            json.put("from", from.toString());
        }
        if (to != null) {
            json.put("to", to.toString());
        }
        return json;
    }

    /** Why events may be missing. */
    public enum Reason {
        HISTORY_EVICTED,
        UNKNOWN_CURSOR,
        SOURCE_HOLE,
        LOG_LOST,
        REPEATED_FAILURE;

        private final String label = name().toLowerCase(Locale.ROOT);

        /** The word in frames, pages and metrics. */
        public String label() {
            return label;
        }
    }
}
