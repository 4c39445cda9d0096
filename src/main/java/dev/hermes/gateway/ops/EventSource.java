package dev.hermes.gateway.ops;

import java.util.Locale;

/** By which door an event came in: the only values of that label. */
public enum EventSource {
    /** Redis pub/sub. */
    PUBSUB,
    /** The event bus. */
    BUS,
    /** {@code POST /publish}. */
    PUBLISH,
    /** An entry that a producer added to the log itself. */
    XADD;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** As it stands in metrics. */
    public String label() {
        return label;
    }
}
