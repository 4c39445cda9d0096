package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Envelope;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a subscriber wants of one channel.
 *
 * @param keys only events of these keys, or null for all
 * @param filters only events whose field has one of these values, for each field named
 */
public record Interest(@Nullable Set<String> keys, Map<String, Set<String>> filters) {

    /** Everything of the channel. */
    public static final Interest EVERYTHING = new Interest(null, Map.of());

    public Interest {
        keys = keys == null ? null : Set.copyOf(keys);
        filters = Map.copyOf(filters);
    }

    boolean matches(Envelope envelope) {
        return (keys == null || (envelope.key() != null && keys.contains(envelope.key()))) && passes(filters, envelope);
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
