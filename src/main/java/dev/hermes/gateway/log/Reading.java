package dev.hermes.gateway.log;

import dev.hermes.gateway.event.LogEntry;
import java.util.List;

/** What a read found. */
public sealed interface Reading {

    /** The entries that follow, in order; empty at the end of the log. */
    record Page(List<LogEntry> entries) implements Reading {}

    /** What follows is no longer all there. */
    record Evicted() implements Reading {}
}
