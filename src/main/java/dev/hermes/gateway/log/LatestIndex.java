package dev.hermes.gateway.log;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.LogEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The last event of each indexed channel and of each of its keys. Never larger than the log, since what the log drops is
 * forgotten. Owned by the log's loop.
 */
final class LatestIndex {

    private final Set<String> channels;
    private final Map<Recall, Event> latest = new HashMap<>();

    LatestIndex(Set<String> channels) {
        this.channels = Set.copyOf(channels);
    }

    void remember(Event event) {
        String channel = event.envelope().channel();
        if (channels.contains(channel)) {
            latest.put(new Recall(channel, null), event);
            if (event.envelope().key() != null) {
                latest.put(new Recall(channel, event.envelope().key()), event);
            }
        }
    }

    void forget(LogEntry entry) {
        if (entry instanceof Event event && channels.contains(event.envelope().channel())) {
            forget(new Recall(event.envelope().channel(), null), event);
            forget(new Recall(event.envelope().channel(), event.envelope().key()), event);
        }
    }

    private void forget(Recall recall, Event dropped) {
        Event held = latest.get(recall);
        if (held != null && held.id().equals(dropped.id())) {
            latest.remove(recall);
        }
    }

    List<Event> recall(List<Recall> recalls) {
        return recalls.stream()
                .map(latest::get)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    @Nullable
    Event get(Recall recall) {
        return latest.get(recall);
    }
}
