package dev.hermes.gateway.loop;

/**
 * Tells the answer to the current question from an answer that comes too late. Each question takes a new generation,
 * and an answer counts only while its generation is still the current one. Owned by one event loop.
 */
public final class Generation {

    private int current;

    /** Starts a new generation: answers to all earlier questions no longer count. Returns the number of the new one. */
    public int next() {
        return ++current;
    }

    /** The number of the current generation. */
    public int current() {
        return current;
    }

    /** Whether no generation was started after the given one. */
    public boolean isCurrent(int generation) {
        return generation == current;
    }
}
