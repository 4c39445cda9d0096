package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.EventLog;
import java.util.List;

/**
 * Reads into the window what the log holds from right before it. Without that all who come back to a hub that has just
 * begun, as after each restart, would be brought to its beginning by reads of the log, a page for one of them at a time.
 * Where the log cannot be read they still are. Owned by the hub's loop.
 */
final class Backfill {

    private final EventLog log;
    private final Window window;
    private final Conflation conflation;
    private final Runnable filled;

    /** @param filled run when the window reaches further back than before */
    Backfill(EventLog log, Window window, Conflation conflation, Runnable filled) {
        this.log = log;
        this.window = window;
        this.conflation = conflation;
        this.filled = filled;
    }

    /** The window has begun, or begun anew. */
    void begin() {
        // The window counts data twice: as it is, and encoded.
        log.upTo(window.floor(), window.capacity(), window.maxWeight() / 2).onSuccess(this::fill);
    }

    private void fill(List<LogEntry> earlier) {
        int added = window.extend(earlier);
        for (int index = earlier.size() - 1; index >= earlier.size() - added; index--) {
            if (earlier.get(index) instanceof Event event) {
                conflation.rememberEarlier(event);
            }
        }
        if (added > 0) {
            filled.run();
        }
    }
}
