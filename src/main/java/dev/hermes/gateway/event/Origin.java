package dev.hermes.gateway.event;

/** The first entry of an empty log, so that there is a position before the first event. */
public record Origin(EventId id) implements LogEntry {}
