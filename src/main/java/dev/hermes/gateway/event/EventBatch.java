package dev.hermes.gateway.event;

import java.util.List;

/**
 * Entries that follow each other in the log, and follow those of the batch before.
 *
 * @param entries in the log's order, at least one
 * @param receivedNanos when this gateway took them in, by {@link System#nanoTime()}: latency is counted from there
 */
public record EventBatch(List<LogEntry> entries, long receivedNanos) implements Signal {

    public EventBatch {
        entries = List.copyOf(entries);
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("entries must not be empty");
        }
    }
}
