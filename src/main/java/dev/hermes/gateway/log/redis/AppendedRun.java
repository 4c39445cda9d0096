package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The events that a gateway appended by one call of a script.
 *
 * @param identity the identity of the log
 * @param after the entry directly before the first of these events; null if unknown, or if other entries were
 *     appended among them
 * @param own the events, in the log's order
 * @param heardMillis when the first of them was received, by {@link System#nanoTime()} in milliseconds
 * @param newest the newest entry of the log after the call
 */
public record AppendedRun(String identity, @Nullable EventId after, List<Own> own, long heardMillis, EventId newest) {

    public AppendedRun {
        own = List.copyOf(own);
    }

    /** One of the events, with its id. */
    public record Own(EventId id, Envelope envelope) {}

    /** Whether there is an event, and the first one follows the position directly. */
    boolean follows(EventId position) {
        return !own.isEmpty() && position.equals(after);
    }

    /** The events as entries of the log. */
    List<LogEntry> entries() {
        return own.stream()
                .<LogEntry>map(one -> new Event(one.id(), one.envelope()))
                .toList();
    }

    /** When the first of them was received, by {@link System#nanoTime()}. */
    long receivedNanos() {
        return TimeUnit.MILLISECONDS.toNanos(heardMillis);
    }
}
