package dev.hermes.gateway.http;

import dev.hermes.gateway.config.HistorySettings;
import dev.hermes.gateway.event.Envelope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much one request may publish: what is appended at once is trimmed at once, and must not push out of the history what
 * the streams were not handed yet. One event is always let through.
 */
record PublishBounds(int maxEvents, long maxBytes, HistorySettings history) {

    private static final int MOST_EVENTS = 10_000;

    /** The part of the history that one request may take. */
    private static final int SHARE = 10;

    static PublishBounds of(HistorySettings history) {
        return new PublishBounds(
                Math.max(1, Math.min(MOST_EVENTS, history.maxEvents() / SHARE)), history.maxBytes() / SHARE, history);
    }

    /** What is wrong with so many events, or null. */
    @Nullable
    String excess(List<Envelope> events) {
        if (events.size() > maxEvents) {
            return events.size() + " events in one request. Allowed: at most " + maxEvents + ", the smaller of "
                    + MOST_EVENTS + " and a tenth of HERMES_HISTORY_MAX_EVENTS=" + history.maxEvents();
        }
        long bytes = events.stream().mapToLong(event -> event.data().length()).sum();
        if (events.size() > 1 && bytes > maxBytes) {
            return bytes + " bytes of data in one request. Allowed: at most " + maxBytes
                    + ", a tenth of HERMES_HISTORY_MAX_BYTES=" + history.maxBytes();
        }
        return null;
    }
}
