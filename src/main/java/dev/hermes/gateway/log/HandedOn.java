package dev.hermes.gateway.log;

import dev.hermes.gateway.event.EventId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Up to where this gateway has handed on the log: told with its calls, so that no gateway removes what another still needs.
 * Written by the log's loop, read by any.
 */
final class HandedOn {

    private final String gateway = UUID.randomUUID().toString();
    private volatile @Nullable EventId position;

    void reached(EventId last) {
        position = last;
    }

    /** It follows nothing right now, and nobody need wait for it. */
    void silent() {
        position = null;
    }

    /** As scripts take it. */
    String text() {
        EventId last = position;
        return last == null ? "" : gateway + " " + last;
    }
}
