package dev.hermes.gateway.event;

import java.time.Instant;

/**
 * An entry that says: between the entry before it and itself, events of the source may be missing.
 *
 * @param id its own position
 * @param requested the position before it
 * @param from when listening was last proven
 * @param to when it was proven again
 */
public record Hole(EventId id, EventId requested, Instant from, Instant to) implements LogEntry {}
