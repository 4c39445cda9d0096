package dev.hermes.gateway.event;

/** An envelope with its id, which is its position in the log. */
public record Event(EventId id, Envelope envelope) implements LogEntry {}
