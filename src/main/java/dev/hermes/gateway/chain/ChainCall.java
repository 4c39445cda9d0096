package dev.hermes.gateway.chain;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call of the marker chain, as the package describes it. Any gateway may send any call again at any time: what was
 * done before is not done twice. A subscription is given by its index in {@link Batch#subscriptions()}, from 0;
 * messages are numbered from 1 after the marker.
 */
public sealed interface ChainCall {

    /** The message with this number is the given event. */
    record Append(long marker, int subscription, long sequence, Envelope envelope) implements ChainCall {}

    /** The message with this number is not an event. */
    record Reject(long marker, int subscription, long sequence) implements ChainCall {}

    /**
     * Every message between two markers was heard.
     *
     * @param counts the number of messages between them, for each subscription
     */
    record Roll(long from, long to, List<Long> counts) implements ChainCall {

        public Roll {
            counts = List.copyOf(counts);
        }
    }

    /**
     * No gateway has proven what came before this marker: declare a hole there, and go on from it.
     *
     * @param from the time until which the caller has listened before; the log may know of a later one
     * @param to when the caller heard the marker
     */
    record Start(long marker, Instant from, Instant to) implements ChainCall {}

    /** Asks whether the log has reached this marker, for every subscription. */
    record Query(long marker) implements ChainCall {}

    /**
     * Calls that one script runs, one after the other.
     *
     * @param identity the identity of the log that is meant
     * @param subscriptions everything the caller subscribes to, exact names and globs
     * @param calls in order
     * @param heardAt when the last of these messages was heard; a hole that is found later begins here
     * @param told what the caller was told last of {@link Answer#newest()}, or null: a log that no longer has it was set
     *     back, which is declared before the first call
     */
    public record Batch(
            String identity,
            List<String> subscriptions,
            List<ChainCall> calls,
            Instant heardAt,
            @Nullable EventId told) {

        public Batch {
            subscriptions = List.copyOf(subscriptions);
            calls = List.copyOf(calls);
        }
    }

    /**
     * The answer to a {@link Batch}.
     *
     * @param current the newest marker that the log has reached
     * @param before the entry directly before the first appended one, or null if unknown
     * @param appended the number of entries appended, including holes
     * @param newest the newest entry of the log after the batch
     * @param results one for each call, in order
     */
    public record Answer(long current, @Nullable EventId before, int appended, EventId newest, List<Result> results) {

        public Answer {
            results = List.copyOf(results);
        }
    }

    /** The result of one {@link ChainCall}. */
    public sealed interface Result {

        /** This call appended an entry: the event, or the hole that a start declared. */
        record Appended(EventId id) implements Result {}

        /** Nothing was appended. */
        enum Status implements Result {
            /** The same call was done before, by any gateway. */
            DUPLICATE,
            /** The chain has gone on from a later marker. */
            STALE,
            /** The chain does not go on from this marker; the message is not in the log. */
            AHEAD,
            /** The caller is the first to find that this message is not an event. */
            FIRST,
            /** The chain goes on from the later of the two markers. */
            ROLLED,
            /** The chain begins at this marker, and nothing is missing before it. */
            STARTED,
            /** The log has reached this marker. */
            SETTLED,
            /** The log has not reached this marker. */
            WAITING
        }
    }
}
