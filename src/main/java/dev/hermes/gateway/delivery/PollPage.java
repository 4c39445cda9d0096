package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.Gap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one poll found.
 *
 * @param lastId the position reached, also when nothing matched
 * @param gap stands before the first event, or null
 */
public record PollPage(
        List<Event> events, EventId lastId, @Nullable Gap gap) {}
