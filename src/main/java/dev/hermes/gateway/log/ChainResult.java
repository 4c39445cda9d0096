package dev.hermes.gateway.log;

import dev.hermes.gateway.event.EventId;

/** What became of one {@link ChainCall}. */
public sealed interface ChainResult {

    /** An entry was appended, by this very call: the event, or the hole that a start declared. */
    record Appended(EventId id) implements ChainResult {}

    /** Nothing was appended. */
    enum Status implements ChainResult {
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
