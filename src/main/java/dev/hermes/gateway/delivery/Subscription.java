package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.Hole;
import dev.hermes.gateway.event.LogEntry;
import java.util.Map;
import java.util.Set;

/**
 * What a subscriber wants, already checked against what it may see.
 *
 * @param interests by channel
 * @param conflated the channels of which it need not be sent what a later event makes needless while it is far behind
 */
public record Subscription(Map<String, Interest> interests, Set<String> conflated) {

    public Subscription {
        interests = Map.copyOf(interests);
        conflated = Set.copyOf(conflated);
    }

    /** To be sent everything. */
    public Subscription(Map<String, Interest> interests) {
        this(interests, Set.of());
    }

    /** Whether the subscriber is told of that entry. A hole may have swallowed anything, so it concerns everybody. */
    boolean wants(LogEntry entry) {
        return entry instanceof Event event ? wants(event.envelope()) : entry instanceof Hole;
    }

    /** Whether the subscriber wants what this envelope says. */
    public boolean wants(Envelope envelope) {
        Interest interest = interests.get(envelope.channel());
        return interest != null && interest.matches(envelope);
    }
}
