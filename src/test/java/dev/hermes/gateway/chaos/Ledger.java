package dev.hermes.gateway.chaos;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What was published, and what became known of it. Any thread. */
final class Ledger {

    /** One event. */
    private static final class Line {
        private final long sentNanos;
        private final Instant sentAt;
        private Instant settledAt;
        private @Nullable Outcome outcome;
        private @Nullable Position id;

        Line(long sentNanos, Instant sentAt) {
            this.sentNanos = sentNanos;
            this.sentAt = sentAt;
            this.settledAt = sentAt;
        }
    }

    /**
     * An event as it stands at the end.
     *
     * @param sentAt before Redis or a gateway took it, which on a busy machine may be long after
     * @param settledAt when its producer knew of that
     * @param id where it stands in the log, if anybody has told
     */
    record Entry(
            long sentNanos,
            Instant sentAt,
            Instant settledAt,
            Outcome outcome,
            @Nullable Position id) {

        /** Whether it was published: its producer was told so, or somebody saw it. */
        boolean published() {
            return id != null || outcome instanceof Outcome.Taken || outcome instanceof Outcome.Unheard;
        }
    }

    private final Map<Source, List<Line>> lines = new EnumMap<>(Source.class);

    private final InstantSource clock;

    Ledger() {
        this(InstantSource.system());
    }

    Ledger(InstantSource clock) {
        this.clock = clock;
        for (Source source : Source.values()) {
            lines.put(source, new ArrayList<>());
        }
    }

    private List<Line> of(Source source) {
        return Objects.requireNonNull(lines.get(source));
    }

    /** The number of the event that is sent now. */
    int send(Source source) {
        List<Line> ofSource = of(source);
        synchronized (ofSource) {
            ofSource.add(new Line(System.nanoTime(), clock.instant()));
            return ofSource.size() - 1;
        }
    }

    void settle(Source source, int number, Outcome outcome) {
        List<Line> ofSource = of(source);
        synchronized (ofSource) {
            Line line = ofSource.get(number);
            line.outcome = outcome;
            line.settledAt = clock.instant();
            if (outcome instanceof Outcome.Taken taken && taken.id() != null && line.id == null) {
                line.id = taken.id();
            }
        }
    }

    /** Somebody got it at that position. Returns false if it is known to stand at another. */
    boolean seen(Source source, int number, Position id) {
        List<Line> ofSource = of(source);
        synchronized (ofSource) {
            Line line = ofSource.get(number);
            if (line.id == null) {
                line.id = id;
            }
            return id.equals(line.id);
        }
    }

    long sentNanos(Source source, int number) {
        List<Line> ofSource = of(source);
        synchronized (ofSource) {
            return ofSource.get(number).sentNanos;
        }
    }

    /** All events of all producers; after the last one is settled. */
    Map<Source, List<Entry>> entries() {
        Map<Source, List<Entry>> entries = new EnumMap<>(Source.class);
        lines.keySet().forEach(source -> entries.put(source, entries(source)));
        return entries;
    }

    /** All of a producer's events; after the last one is settled. */
    List<Entry> entries(Source source) {
        List<Line> ofSource = of(source);
        synchronized (ofSource) {
            List<Entry> entries = new ArrayList<>(ofSource.size());
            for (Line line : ofSource) {
                Outcome outcome = line.outcome;
                entries.add(new Entry(
                        line.sentNanos,
                        line.sentAt,
                        line.settledAt,
                        outcome == null ? new Outcome.Unknown() : outcome,
                        line.id));
            }
            return entries;
        }
    }
}
