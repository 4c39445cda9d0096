package dev.hermes.gateway.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entries that follow each other in the log, and follow those of the batch before.
 *
 * @param entries in the log's order, at least one
 * @param after the entry that the first of them follows, if that is known: whoever is not there yet has missed something
 * @param receivedNanos when this gateway took them in, by {@link System#nanoTime()}: latency is counted from there
 */
public record EventBatch(@Nullable EventId after, List<LogEntry> entries, long receivedNanos) implements Signal {

    /** Entries that follow those of before, whatever they were. */
    public EventBatch(List<LogEntry> entries, long receivedNanos) {
        this(null, entries, receivedNanos);
    }

    public EventBatch {
        entries = List.copyOf(entries);
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("entries must not be empty");
        }
    }
}
