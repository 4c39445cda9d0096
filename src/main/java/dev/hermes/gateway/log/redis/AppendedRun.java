package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway appended by one call of a script.
 *
 * @param identity of the log
 * @param after the entry that the first of these follows, with nothing between; null if that is not sure, or if something
 *     else was appended among them
 * @param own the events, in the log's order
 * @param heardMillis when the first of them was heard, by {@link System#nanoTime()} in milliseconds
 * @param newest the newest entry of the log by then
 */
public record AppendedRun(String identity, @Nullable EventId after, List<Own> own, long heardMillis, EventId newest) {

    public AppendedRun {
        own = List.copyOf(own);
    }

    /** One of them, and its place. */
    public record Own(EventId id, Envelope envelope) {}

    /** Whether there are any, and the first follows that entry with nothing between. */
    boolean follows(EventId position) {
        return !own.isEmpty() && position.equals(after);
    }

    /** As the log has them. */
    List<LogEntry> entries() {
        return own.stream()
                .<LogEntry>map(one -> new Event(one.id(), one.envelope()))
                .toList();
    }

    /** When the first of them was heard, by {@link System#nanoTime()}. */
    long receivedNanos() {
        return TimeUnit.MILLISECONDS.toNanos(heardMillis);
    }
}
