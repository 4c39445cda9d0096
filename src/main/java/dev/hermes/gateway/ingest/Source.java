package dev.hermes.gateway.ingest;

import java.util.Locale;

/** By which door an event came. */
public enum Source {
    PUBSUB,
    BUS,
    PUBLISH,
    XADD;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** As it stands in metrics. */
    public String label() {
        return label;
    }
}
