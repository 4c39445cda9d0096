package dev.hermes.gateway.event;

import java.time.Instant;

/** One position of the log. Every entry can be a cursor; only {@link Event}s and {@link GapEntry}s are seen by clients. */
public sealed interface LogEntry permits Event, LogEntry.GapEntry, LogEntry.OriginEntry, LogEntry.IgnoredEntry {

    EventId id();

    /** The first entry of an empty log, so that there is a position before the first event. */
    public record OriginEntry(EventId id) implements LogEntry {}

    /**
     * An entry that says: between the entry before it and itself, events of the source may be missing.
     *
     * @param id its own position
     * @param requested the position before it
     * @param from when listening was last proven
     * @param to when it was proven again
     */
    public record GapEntry(EventId id, EventId requested, Instant from, Instant to) implements LogEntry {}

    /** An entry that this gateway tells nobody of: no event at all, or one of a channel that its catalogue does not know. */
    public record IgnoredEntry(EventId id) implements LogEntry {}
}
