package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.Rejection;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Plain numbers, owned by the publisher's loop. */
final class IngestCounters {

    private final Map<String, EnumMap<Source, Long>> received = new LinkedHashMap<>();
    private final EnumMap<Rejection, Long> rejected = new EnumMap<>(Rejection.class);

    IngestCounters(Collection<String> channels) {
        channels.forEach(channel -> received.put(channel, new EnumMap<>(Source.class)));
    }

    void received(String channel, Source source) {
        EnumMap<Source, Long> ofChannel = received.get(channel);
        if (ofChannel != null) {
            ofChannel.merge(source, 1L, Long::sum);
        }
    }

    void rejected(Rejection reason) {
        rejected.merge(reason, 1L, Long::sum);
    }

    IngestSnapshot snapshot() {
        Map<String, Map<Source, Long>> copy = new LinkedHashMap<>();
        received.forEach((channel, sources) -> copy.put(channel, Map.copyOf(sources)));
        return new IngestSnapshot(copy, Map.copyOf(rejected));
    }
}
