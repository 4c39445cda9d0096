package dev.hermes.gateway.log;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Tells a reader that something may be missing.
 *
 * @param requested the position it asked for, as it came
 * @param resumedAt the position the stream goes on after
 * @param from start of a hole in the source, or null
 * @param to its end, or null
 */
public record Gap(
        Reason reason,
        String requested,
        EventId resumedAt,
        @Nullable Instant from,
        @Nullable Instant to) {

    /** A gap that is no hole in the source. */
    public static Gap of(Reason reason, String requested, EventId resumedAt) {
        return new Gap(reason, requested, resumedAt, null, null);
    }

    /** A hole, as a reader that comes across it is told. */
    public static Gap of(LogEntry.GapEntry hole) {
        return new Gap(Reason.SOURCE_HOLE, hole.requested().toString(), hole.id(), hole.from(), hole.to());
    }

    /** The same object in a frame and in a page. */
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

    /** Why something may be missing. */
    public enum Reason {
        HISTORY_EVICTED,
        UNKNOWN_CURSOR,
        SOURCE_HOLE,
        LOG_LOST,
        REPEATED_FAILURE;

        private final String label = name().toLowerCase(Locale.ROOT);

        /** As it stands in frames, pages and metrics. */
        public String label() {
            return label;
        }
    }
}
