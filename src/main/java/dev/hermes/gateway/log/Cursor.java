package dev.hermes.gateway.log;

import dev.hermes.gateway.event.EventId;

/** What a reader says about where it stands. */
public sealed interface Cursor {

    /** Nothing: it is new here. */
    record Fresh() implements Cursor {}

    /** It has seen everything up to this entry. */
    record At(EventId id) implements Cursor {}

    /** Something that is no id of any log; kept as it came, so that the reader can be told. */
    record Unreadable(String text) implements Cursor {}

    /** A cursor's text, as it came from a client. */
    static Cursor parse(String text) {
        EventId id = EventId.parse(text);
        return id == null ? new Unreadable(text) : new At(id);
    }
}
