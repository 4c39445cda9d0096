package dev.hermes.gateway.log;

import dev.hermes.gateway.event.Envelope;
import java.time.Instant;
import java.util.List;

/**
 * A call of the marker chain (design, "Who appends"). Every one may be sent again, by anybody, at any time: what has been
 * done is not done twice. Subscriptions go by their place in {@link ChainBatch#subscriptions()}, from 0; numbers of
 * messages count from 1 behind the marker.
 */
public sealed interface ChainCall {

    /** The n-th message of a subscription is this event. */
    record Append(long marker, int subscription, long n, Envelope envelope) implements ChainCall {}

    /** The n-th message of a subscription is no event. */
    record Reject(long marker, int subscription, long n) implements ChainCall {}

    /**
     * Everything between two markers was heard.
     *
     * @param counts how many messages that were, for each subscription
     */
    record Roll(long from, long to, List<Long> counts) implements ChainCall {

        public Roll {
            counts = List.copyOf(counts);
        }
    }

    /**
     * Nobody has proven what came before this marker: declare a hole there, and go on from it.
     *
     * @param from until when the caller itself has listened before; the log may know of a later time
     * @param to when it heard the marker
     */
    record Start(long marker, Instant from, Instant to) implements ChainCall {}

    /** Asks whether the log has come to this marker, for every subscription. */
    record Query(long marker) implements ChainCall {}
}
