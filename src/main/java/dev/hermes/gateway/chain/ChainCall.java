package dev.hermes.gateway.chain;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call of the marker chain (design, "Who appends"). Every one may be sent again, by anybody, at any time: what has been
 * done is not done twice. Subscriptions go by their index in {@link Batch#subscriptions()}, from 0; numbers of
 * messages count from 1 behind the marker.
 */
public sealed interface ChainCall {

    /** The n-th message of a subscription is this event. */
    record Append(long marker, int subscription, long sequence, Envelope envelope) implements ChainCall {}

    /** The n-th message of a subscription is no event. */
    record Reject(long marker, int subscription, long sequence) implements ChainCall {}

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

    /**
     * Calls of the chain that are run one after the other, in one script.
     *
     * @param identity the log that is meant
     * @param subscriptions everything the caller listens to, exact names and globs
     * @param calls in order
     * @param heardAt when the last of them was heard: where a hole begins that is found later
     */
    public record Batch(String identity, List<String> subscriptions, List<ChainCall> calls, Instant heardAt) {

        public Batch {
            subscriptions = List.copyOf(subscriptions);
            calls = List.copyOf(calls);
        }
    }

    /**
     * What became of a {@link Batch}.
     *
     * @param current the newest marker that the log has come to
     * @param before the entry right before the first one that was appended, or null if that is not sure
     * @param appended how many entries were appended, holes among them
     * @param newest the newest entry of the log when all was done
     * @param results one for each call, in order
     */
    public record Answer(long current, @Nullable EventId before, int appended, EventId newest, List<Result> results) {

        public Answer {
            results = List.copyOf(results);
        }
    }

    /** What became of one {@link ChainCall}. */
    public sealed interface Result {

        /** An entry was appended, by this very call: the event, or the hole that a start declared. */
        record Appended(EventId id) implements Result {}

        /** Nothing was appended. */
        enum Status implements Result {
            /** Somebody has done it before. */
            DUPLICATE,
            /** The chain went on from a later marker. */
            STALE,
            /** The chain has not come to this marker: what was called is not in the log. */
            AHEAD,
            /** The caller is the first to find that this message is no event. */
            FIRST,
            /** The chain goes on from the later of the two markers. */
            ROLLED,
            /** The chain begins at this marker, and nothing is missing before it. */
            STARTED,
            /** The log has come to this marker. */
            SETTLED,
            /** It has not. */
            WAITING
        }
    }
}
