package dev.hermes.gateway.log;

import java.util.Locale;

/** Why something may be missing. */
public enum GapReason {
    HISTORY_EVICTED,
    UNKNOWN_CURSOR,
    SOURCE_HOLE,
    LOG_LOST,
    REPEATED_FAILURE;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** As it stands in frames, pages and metrics. */
    public String label() {
        return label;
    }
}
