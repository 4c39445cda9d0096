package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.Hole;
import dev.hermes.gateway.event.LogEntry;
import java.util.Map;

/**
 * What a subscriber wants, already checked against what it may see.
 *
 * @param interests by channel
 */
public record Subscription(Map<String, Interest> interests) {

    public Subscription {
        interests = Map.copyOf(interests);
    }

    /** Whether the subscriber is told of that entry. A hole may have swallowed anything, so it concerns everybody. */
    boolean wants(LogEntry entry) {
        if (entry instanceof Event event) {
            Interest interest = interests.get(event.envelope().channel());
            return interest != null && interest.matches(event.envelope());
        }
        return entry instanceof Hole;
    }
}
