package dev.hermes.gateway.log;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a reader starts in the log.
 *
 * @param position the reader gets everything after this position
 * @param gap why the position is not the one of the reader's cursor, or null
 * @param recalled the latest events that were asked for and exist, each at or before the position
 */
public record StartPosition(EventId position, @Nullable Gap gap, List<Event> recalled) {

    /**
     * Asks for the latest event of a channel, or of one key of the channel. Only channels whose catalogue entry sends
     * something on connect have an index; for other channels the query finds nothing.
     *
     * @param key null for the channel's latest event of any key
     */
    public record LatestQuery(String channel, @Nullable String key) {}
}
