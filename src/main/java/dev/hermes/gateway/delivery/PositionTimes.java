package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.EventId;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Remembers when the hub reached which position, for some minutes of traffic. Noted at each tick, so that nothing need be
 * noted for an event. Owned by the hub's loop.
 */
final class PositionTimes {

    private static final int MOST_NOTES = 2_048;

    /** Between two times of the hub's clock. */
    record Span(long fromMillis, long untilMillis) {}

    /** Everything up to the position that the note before does not cover was reached within the span. */
    private record Note(EventId position, Span span) {}

    /** The oldest first; never empty. */
    private final ArrayDeque<Note> notes = new ArrayDeque<>();

    private long lastMillis;

    PositionTimes(EventId start, long nowMillis) {
        lastMillis = nowMillis;
        notes.add(new Note(start, new Span(nowMillis, nowMillis)));
    }

    /** The hub is at this position now. */
    void at(EventId position, long nowMillis) {
        if (!position.equals(notes.getLast().position())) {
            notes.add(new Note(position, new Span(lastMillis, nowMillis)));
            if (notes.size() > MOST_NOTES) {
                notes.remove();
            }
        }
        lastMillis = nowMillis;
    }

    /** When an entry that the hub has reached was reached; null if that was too long ago. */
    @Nullable
    Span of(EventId entry, long nowMillis) {
        if (entry.isAfter(notes.getLast().position())) {
            return new Span(lastMillis, nowMillis);
        }
        // What the oldest note covers was reached before there were notes.
        Iterator<Note> later = notes.iterator();
        if (!entry.isAfter(later.next().position())) {
            return null;
        }
        while (later.hasNext()) {
            Note note = later.next();
            if (!entry.isAfter(note.position())) {
                return note.span();
            }
        }
        return null;
    }
}
