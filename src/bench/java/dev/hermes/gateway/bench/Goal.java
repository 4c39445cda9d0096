package dev.hermes.gateway.bench;

import org.jspecify.annotations.Nullable;

/**
 * What is to be reached, and what was.
 *
 * @param most the most that is allowed
 * @param measured null if it could not be measured
 */
record Goal(String what, double most, @Nullable Double measured, String unit) {

    /** The unit of a ratio. */
    static final String RATIO = "×";

    boolean reached() {
        return measured != null && measured <= most;
    }

    String verdict() {
        return measured == null ? "not measured" : reached() ? "reached" : "not reached";
    }
}
