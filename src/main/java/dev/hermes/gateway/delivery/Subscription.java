package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.LogEntry;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a subscriber wants, already checked against its permissions.
 *
 * @param interests by channel
 */
public record Subscription(Map<String, ChannelFilter> interests) {

    public Subscription {
        interests = Map.copyOf(interests);
    }

    /** Whether there is a channel of which not every event need be sent. */
    boolean conflates() {
        for (ChannelFilter interest : interests.values()) {
            if (interest.conflated()) {
                return true;
            }
        }
        return false;
    }

    /** Whether not every event of this channel need be sent. */
    boolean conflates(String channel) {
        ChannelFilter interest = interests.get(channel);
        return interest != null && interest.conflated();
    }

    /**
     * Whether the subscriber gets this entry. Any kind of event may be missing in a hole, so every subscriber gets
     * it.
     */
    boolean wants(LogEntry entry) {
        return entry instanceof Event event ? wants(event.envelope()) : entry instanceof LogEntry.GapEntry;
    }

    /** Whether the subscriber wants an event with this envelope. */
    public boolean wants(Envelope envelope) {
        ChannelFilter interest = interests.get(envelope.channel());
        return interest != null && interest.matches(envelope);
    }

    /**
     * What a subscriber wants of one channel.
     *
     * @param keys only events of these keys, or null for all
     * @param filters only events whose field has one of these values, for each field named
     * @param conflated whether a subscriber far behind need not get an event that a later one replaces
     */
    public record ChannelFilter(@Nullable Set<String> keys, Map<String, Set<String>> filters, boolean conflated) {

        /** Everything of the channel. */
        public static final ChannelFilter EVERYTHING = new ChannelFilter(null, Map.of());

        public ChannelFilter {
            keys = keys == null ? null : Set.copyOf(keys);
            filters = Map.copyOf(filters);
        }

        /** Wants every event, also when far behind. */
        public ChannelFilter(@Nullable Set<String> keys, Map<String, Set<String>> filters) {
            this(keys, filters, false);
        }

        boolean matches(Envelope envelope) {
            return (keys == null || (envelope.key() != null && keys.contains(envelope.key())))
                    && passes(filters, envelope);
        }

        static boolean passes(Map<String, Set<String>> filters, Envelope envelope) {
            if (filters.isEmpty()) {
                return true;
            }
            for (Map.Entry<String, Set<String>> filter : filters.entrySet()) {
                String value = envelope.fields().get(filter.getKey());
                if (value == null || !filter.getValue().contains(value)) {
                    return false;
                }
            }
            return true;
        }
    }
}
