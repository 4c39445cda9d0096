package dev.hermes.gateway.log;

import dev.hermes.gateway.event.EventId;
import java.util.Map;

/**
 * What gateways have appended to a log so far.
 *
 * @param newest the entry up to which that is so
 * @param counts how many of each channel; none for a channel that is not there
 */
record LogScriptAppended(EventId newest, Map<String, Long> counts) {

    LogScriptAppended {
        counts = Map.copyOf(counts);
    }
}
