package dev.hermes.gateway.log;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a reader starts.
 *
 * @param position everything after it follows
 * @param gap why that is not where the reader's cursor stood, or null
 * @param recalled what was asked for and is there, each at or before the position
 */
public record StartPosition(EventId position, @Nullable Gap gap, List<Event> recalled) {

    /**
     * Asks for the last event of a channel, or of one key of it. Answered for channels whose catalogue entry has something on
     * connect, for others there is no index.
     *
     * @param key null for the channel's last event of any key
     */
    public record LatestQuery(String channel, @Nullable String key) {}
}
