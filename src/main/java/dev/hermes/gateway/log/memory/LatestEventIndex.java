package dev.hermes.gateway.log.memory;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.StartPosition;
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
final class LatestEventIndex {

    private final Set<String> channels;
    private final Map<StartPosition.LatestQuery, Event> latest = new HashMap<>();

    LatestEventIndex(Set<String> channels) {
        this.channels = Set.copyOf(channels);
    }

    void remember(Event event) {
        String channel = event.envelope().channel();
        if (channels.contains(channel)) {
            latest.put(new StartPosition.LatestQuery(channel, null), event);
            if (event.envelope().key() != null) {
                latest.put(
                        new StartPosition.LatestQuery(channel, event.envelope().key()), event);
            }
        }
    }

    void forget(LogEntry entry) {
        if (entry instanceof Event event && channels.contains(event.envelope().channel())) {
            forget(new StartPosition.LatestQuery(event.envelope().channel(), null), event);
            forget(
                    new StartPosition.LatestQuery(
                            event.envelope().channel(), event.envelope().key()),
                    event);
        }
    }

    private void forget(StartPosition.LatestQuery recall, Event dropped) {
        Event held = latest.get(recall);
        if (held != null && held.id().equals(dropped.id())) {
            latest.remove(recall);
        }
    }

    List<Event> recall(List<StartPosition.LatestQuery> recalls) {
        return recalls.stream()
                .map(latest::get)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    @Nullable
    Event get(StartPosition.LatestQuery recall) {
        return latest.get(recall);
    }
}
