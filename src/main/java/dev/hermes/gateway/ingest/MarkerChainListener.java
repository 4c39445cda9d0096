package dev.hermes.gateway.ingest;

import dev.hermes.gateway.log.AppendedRun;

/** Hears what a {@link MarkerChain} has to tell, on its event loop. */
public interface MarkerChainListener {

    /**
     * The log answered: this gateway appended those messages, and nobody else has. Not told of an append whose answer was
     * lost: the entry then comes from the log alone.
     */
    void logged(AppendedRun run);

    /** The log has come to the marker drawn last: a hole older than now is declared, no stream that opens hears of it. */
    void settled();

    /**
     * Redis does not keep the log that this chain was told of. The chain has forgotten everything and waits for {@link
     * MarkerChain#up} with the identity of the log that is there now.
     */
    void logLost();
}
