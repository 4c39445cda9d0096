package dev.hermes.gateway.log;

import dev.hermes.gateway.event.EventId;

/** The position from which a reader asks to go on. */
public sealed interface Cursor {

    /** The reader has no position: it is new. */
    record Fresh() implements Cursor {}

    /** The reader has seen everything up to and including this entry. */
    record At(EventId id) implements Cursor {}

    /** A text that is not an id of any log; kept so that the reader can be shown what it sent. */
    record Unreadable(String text) implements Cursor {}

    /** Reads the text of a cursor as it came from a client. */
    static Cursor parse(String text) {
        EventId id = EventId.parse(text);
        return id == null ? new Unreadable(text) : new At(id);
    }
}
