package dev.hermes.gateway.event;

/** An envelope with its place in the log. */
public record Event(EventId id, Envelope envelope) implements LogEntry {}
