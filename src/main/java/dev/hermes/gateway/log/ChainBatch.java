package dev.hermes.gateway.log;

import java.time.Instant;
import java.util.List;

/**
 * Calls of the chain that are run one after the other, in one script.
 *
 * @param identity the log that is meant
 * @param subscriptions everything the caller listens to, exact names and globs
 * @param calls in order
 * @param heardAt when the last of them was heard: where a hole begins that is found later
 */
public record ChainBatch(String identity, List<String> subscriptions, List<ChainCall> calls, Instant heardAt) {

    public ChainBatch {
        subscriptions = List.copyOf(subscriptions);
        calls = List.copyOf(calls);
    }
}
