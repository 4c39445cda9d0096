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
public record Opening(EventId position, @Nullable Gap gap, List<Event> recalled) {}
