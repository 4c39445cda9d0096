package dev.hermes.gateway.event;

/** One position of the log. Every entry can be a cursor; only {@link Event}s and {@link Hole}s are seen by clients. */
public sealed interface LogEntry permits Event, Hole, Origin, Skipped {

    EventId id();
}
