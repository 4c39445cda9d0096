package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.Parsed;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Counts received events and rejected messages. Owned by the publisher's loop. */
public final class IngestCounters {

    private final Map<String, EnumMap<Source, Long>> received = new LinkedHashMap<>();
    private final EnumMap<Parsed.Reason, Long> rejected = new EnumMap<>(Parsed.Reason.class);

    public IngestCounters(Collection<String> channels) {
        channels.forEach(channel -> received.put(channel, new EnumMap<>(Source.class)));
    }

    void received(String channel, Source source) {
        EnumMap<Source, Long> ofChannel = received.get(channel);
        if (ofChannel != null) {
            ofChannel.merge(source, 1L, Long::sum);
        }
    }

    public void rejected(Parsed.Reason reason) {
        rejected.merge(reason, 1L, Long::sum);
    }

    Snapshot snapshot() {
        Map<String, Map<Source, Long>> copy = new LinkedHashMap<>();
        received.forEach((channel, sources) -> copy.put(channel, Map.copyOf(sources)));
        return new Snapshot(copy, Map.copyOf(rejected));
    }

    /** The counts at one moment. */
    public record Snapshot(Map<String, Map<Source, Long>> received, Map<Parsed.Reason, Long> rejected) {

        /** The same counts together with those of one more source, by channel. */
        public Snapshot with(Source source, Map<String, Long> counts) {
            Map<String, Map<Source, Long>> all = new LinkedHashMap<>(received);
            counts.forEach((channel, count) -> all.computeIfPresent(channel, (name, known) -> {
                Map<Source, Long> sources = new EnumMap<>(Source.class);
                sources.putAll(known);
                sources.put(source, count);
                return sources;
            }));
            return new Snapshot(all, rejected);
        }
    }

    /** The way by which an event came in. */
    public enum Source {
        PUBSUB,
        BUS,
        PUBLISH,
        XADD;

        private final String label = name().toLowerCase(Locale.ROOT);

        /** The word in metrics. */
        public String label() {
            return label;
        }
    }
}
