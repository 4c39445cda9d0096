package dev.hermes.gateway.ingest;

/**
 * The numbers of a {@link MarkerChain}.
 *
 * @param holdMillis how long others get to prove that nothing is missing before a marker
 * @param batchCalls most calls in one script
 * @param batchBytes most bytes in one script, as far as more than one call goes
 * @param keptBytes most bytes of calls that are not answered yet; beyond it the chain is broken on purpose
 */
public record MarkerChainLimits(long holdMillis, int batchCalls, long batchBytes, long keptBytes) {

    /** Those of the design. */
    public static final MarkerChainLimits DEFAULT = new MarkerChainLimits(1_000, 500, 4 << 20, 64 << 20);
}
