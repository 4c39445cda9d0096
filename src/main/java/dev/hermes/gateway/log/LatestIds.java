package dev.hermes.gateway.log;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The position of the last event of each indexed channel and of each of its keys, for a log that is elsewhere. Bounded: of
 * too many keys those are forgotten that had no event, and were not asked for, for longest. Owned by the log's loop.
 */
final class LatestIds {

    private static final int MAX_KEYS = 50_000;

    private final Set<String> channels;

    /** By access: the first is the one that nobody has spoken of or asked for the longest time. */
    private final Map<Recall, EventId> latest = new LinkedHashMap<>(16, 0.75f, true);

    LatestIds(Set<String> channels) {
        this.channels = Set.copyOf(channels);
    }

    /** Takes note of an entry, in whatever order they are told. */
    void remember(@Nullable LogEntry entry) {
        if (entry instanceof Event event) {
            rememberEvent(event);
        }
    }

    private void rememberEvent(Event event) {
        String channel = event.envelope().channel();
        if (channels.contains(channel)) {
            put(new Recall(channel, null), event.id());
            if (event.envelope().key() != null) {
                put(new Recall(channel, event.envelope().key()), event.id());
            }
        }
    }

    private void put(Recall recall, EventId id) {
        EventId known = latest.get(recall);
        if (known != null && known.isAfter(id)) {
            return;
        }
        latest.put(recall, id);
        if (latest.size() > MAX_KEYS) {
            latest.remove(latest.keySet().iterator().next());
        }
    }

    @Nullable
    EventId get(Recall recall) {
        return latest.get(recall);
    }

    void clear() {
        latest.clear();
    }
}
