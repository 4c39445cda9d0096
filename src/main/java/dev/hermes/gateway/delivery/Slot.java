package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.Hole;
import dev.hermes.gateway.event.LogEntry;
import org.jspecify.annotations.Nullable;

/** A log entry with its frame, encoded when the first client asks for it and kept until the slot is given up. */
final class Slot {

    private final LogEntry entry;
    private @Nullable Frame frame;

    Slot(LogEntry entry) {
        this.entry = entry;
    }

    LogEntry entry() {
        return entry;
    }

    EventId id() {
        return entry.id();
    }

    /** The frame; the slot keeps it. Only for entries that clients see. */
    Frame frame() {
        Frame encoded = frame;
        if (encoded == null) {
            encoded = entry instanceof Hole hole ? FrameEncoder.hole(hole) : FrameEncoder.event((Event) entry);
            frame = encoded;
        }
        return encoded;
    }

    /** Bytes this slot may hold on to, encoded or not. */
    int weight() {
        return entry instanceof Event event ? 2 * event.envelope().data().length() + 256 : 256;
    }

    void release() {
        if (frame != null) {
            frame.release();
            frame = null;
        }
    }
}
