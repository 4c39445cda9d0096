package dev.hermes.gateway.loop;

/**
 * Tells an answer that comes too late from one that is waited for: whoever asks takes a new generation, and an answer counts
 * only while its generation is the current one. Owned by one event loop.
 */
public final class Generation {

    private int current;

    /** Makes every answer that is still to come too late; returns the generation of what is asked next. */
    public int next() {
        return ++current;
    }

    /** The generation that answers are waited for of. */
    public int current() {
        return current;
    }

    /** Whether nothing was asked anew, or given up, since that one. */
    public boolean isCurrent(int generation) {
        return generation == current;
    }
}
