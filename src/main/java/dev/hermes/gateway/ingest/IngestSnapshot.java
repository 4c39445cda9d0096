package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.Rejection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What had come in at one moment. */
public record IngestSnapshot(Map<String, Map<Source, Long>> received, Map<Rejection, Long> rejected) {

    /** As this, and what came by one more door, by channel. */
    public IngestSnapshot with(Source source, Map<String, Long> counts) {
        Map<String, Map<Source, Long>> all = new LinkedHashMap<>(received);
        counts.forEach((channel, count) -> all.computeIfPresent(channel, (name, known) -> {
            Map<Source, Long> sources = new EnumMap<>(Source.class);
            sources.putAll(known);
            sources.put(source, count);
            return sources;
        }));
        return new IngestSnapshot(all, rejected);
    }
}
