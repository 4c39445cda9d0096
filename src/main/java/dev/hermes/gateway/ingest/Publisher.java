package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Appends envelopes to the log, and counts them by the way they came in. Callable from any event loop; results arrive
 * on the caller's.
 */
public final class Publisher {

    private final OwnerLoop loop;
    private final EventLog log;

    /** Owned by the loop. */
    private final Counters counters;

    /** @param loop the loop that owns the counters, preferably the log's */
    public Publisher(OwnerLoop loop, EventLog log, Counters counters) {
        this.loop = loop;
        this.log = log;
        this.counters = counters;
    }

    /** Appends all envelopes or none; the future fails if the log did not take them. */
    public Future<List<EventId>> publish(List<Envelope> envelopes, Counters.Source source) {
        return loop.call(() -> {
            envelopes.forEach(envelope -> counters.received(envelope.channel(), source));
            return log.append(envelopes);
        });
    }

    /** Counts an event that reaches the log by another way. On the owner's loop. */
    void count(Envelope envelope, Counters.Source source) {
        assert loop.here();
        counters.received(envelope.channel(), source);
    }

    /** Counts a message that was not an event. */
    public Future<Void> rejected(Parsed.Reason reason) {
        return loop.call(() -> {
            counters.rejected(reason);
            return Future.succeededFuture();
        });
    }

    /** The counts so far. */
    public Future<Counters.Snapshot> snapshot() {
        return loop.call(() -> Future.succeededFuture(counters.snapshot()));
    }

    /** Counts received events and rejected messages. Owned by the publisher's loop. */
    public static final class Counters {

        private final Map<String, EnumMap<Source, Long>> received = new LinkedHashMap<>();
        private final EnumMap<Parsed.Reason, Long> rejected = new EnumMap<>(Parsed.Reason.class);

        public Counters(Collection<String> channels) {
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
}
