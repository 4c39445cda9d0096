package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What this gateway appended itself and the tail has not told of yet, so that it need not be parsed again. Bounded; what is
 * forgotten is merely parsed. Owned by the log's loop.
 */
final class PendingOwnEntries {

    /**
     * One of them.
     *
     * @param receivedNanos when this gateway took it in
     */
    record Own(Envelope envelope, long receivedNanos) {}

    private static final int MAX = 8_192;

    private final Map<EventId, Own> waiting = new LinkedHashMap<>();

    void add(EventId id, Envelope envelope, long receivedNanos) {
        waiting.put(id, new Own(envelope, receivedNanos));
        if (waiting.size() > MAX) {
            waiting.remove(waiting.keySet().iterator().next());
        }
    }

    @Nullable
    Own take(EventId id) {
        return waiting.remove(id);
    }

    void clear() {
        waiting.clear();
    }
}
