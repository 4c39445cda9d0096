package dev.hermes.gateway.log;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import java.util.List;

/** Where the log's entries go. Called on the log's loop; must not fail or block. */
public interface LogOutlet {

    /**
     * Entries in order, each once, following all before.
     *
     * @param receivedNanos when this gateway took the first of them in, by {@link System#nanoTime()}
     */
    void accept(List<LogEntry> entries, long receivedNanos);

    /** What was told so far is void: the log is another, or part of it went by unseen. What follows, follows this. */
    void lost(EventId resumedAt);
}
