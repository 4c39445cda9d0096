package dev.hermes.gateway.event;

/** An entry that this gateway tells nobody of: no event at all, or one of a channel that its catalogue does not know. */
public record Skipped(EventId id) implements LogEntry {}
