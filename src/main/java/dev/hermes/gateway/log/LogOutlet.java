package dev.hermes.gateway.log;

import dev.hermes.gateway.event.LogEntry;
import java.util.List;

/** Where the log's entries go, in order, each once. Called on the log's loop; must not fail or block. */
@FunctionalInterface
public interface LogOutlet {

    void accept(List<LogEntry> entries);
}
