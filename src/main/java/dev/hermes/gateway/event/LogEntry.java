package dev.hermes.gateway.event;

import java.time.Instant;

/** One entry of the log. Every entry can be a cursor; clients see only {@link Event}s and {@link GapEntry}s. */
public sealed interface LogEntry permits Event, LogEntry.GapEntry, LogEntry.OriginEntry, LogEntry.IgnoredEntry {

    EventId id();

    /** The first entry of an empty log, so that there is a position before the first event. */
    public record OriginEntry(EventId id) implements LogEntry {}

    /**
     * An entry that declares a hole: between the previous entry and this one, events of the source may be missing.
     *
     * @param id the position of this entry
     * @param requested the position of the previous entry
     * @param from when the gateway is last known to have heard every message
     * @param to when it was known to hear every message again
     */
    public record GapEntry(EventId id, EventId requested, Instant from, Instant to) implements LogEntry {}

    /**
     * An entry that this gateway delivers to nobody: not an event, or an event of a channel that is not in its
     * catalogue.
     */
    public record IgnoredEntry(EventId id) implements LogEntry {}
}
