package dev.hermes.gateway.delivery;

import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which events need not be sent to a subscriber that is far behind. An event that is left out is passed over
 * at its position, so that the cursor moves on in the log's order and every id stays a safe cursor. Owned by the
 * hub's loop.
 *
 * <p>The distance is counted in the window only; older entries come on top, so the count is never too high.
 */
final class Conflation {

    private final Window window;
    private final SupersededEvents newest;
    private final int after;

    /** @param after how many of its own events a subscriber must be behind, exclusive; 0 to leave nothing out */
    Conflation(Window window, SupersededEvents newest, int after) {
        this.window = window;
        this.newest = newest;
        this.after = after;
    }

    /** How many events a subscriber wants between two positions, both included. */
    static final class Lookahead {

        private final EventId from;
        private EventId to;
        private int wanted;

        private Lookahead(EventId from) {
            this.from = from;
            this.to = from;
        }
    }

    /**
     * Counts the entries ahead of a subscriber, as far as the count matters for its next entries.
     *
     * @param next how many entries are about to be delivered to it
     * @return how many entries were examined
     */
    int lookAhead(Subscriber subscriber, int next) {
        if (after == 0 || !subscriber.subscription().conflates()) {
            return 0;
        }
        long index = window.indexAfter(subscriber.cursor());
        Lookahead ahead = subscriber.lookahead();
        if (ahead == null) {
            if (window.end() - index <= after) {
                return 0;
            }
            ahead = new Lookahead(window.at(index).id());
            subscriber.lookahead(ahead);
        } else {
            index = Math.max(index, window.indexAfter(ahead.to));
        }
        int examined = 0;
        while (ahead.wanted <= after + next && index < window.end()) {
            Window.WindowEntry entry = window.at(index++);
            ahead.to = entry.id();
            ahead.wanted += subscriber.subscription().wants(entry.logEntry()) ? 1 : 0;
            examined++;
        }
        return examined;
    }

    /** The later event for which an entry that the subscriber wants need not be sent; null if it must be sent. */
    @Nullable
    EventId replacing(Subscriber subscriber, LogEntry entry) {
        Lookahead ahead = subscriber.lookahead();
        return ahead != null
                        && ahead.wanted > after
                        && entry instanceof Event event
                        && subscriber.subscription().conflates(event.envelope().channel())
                ? newest.replacing(event)
                : null;
    }

    /** The window holds this event too, which was not delivered. */
    void rememberEarlier(Event event) {
        newest.rememberEarlier(event);
    }

    /** The subscriber has passed an entry it wanted. */
    void passed(Subscriber subscriber, EventId id) {
        Lookahead ahead = subscriber.lookahead();
        if (ahead != null && id.compareTo(ahead.from) >= 0 && id.compareTo(ahead.to) <= 0) {
            ahead.wanted--;
        }
    }

    /**
     * The newest event of each subject, on channels where a later event replaces an earlier one. Bounded: an event
     * whose subject was dropped counts as not superseded. Owned by the hub's loop.
     */
    static final class SupersededEvents {

        static final int MAX_SUBJECTS = 16_384;

        /** Final states of a key; a client must not miss one. */
        private static final Set<String> TERMINAL = Set.of("completed", "failed", "cancelled");

        /** What an event is about. Types are kept apart, since they may say different things about one key. */
        private record Subject(String channel, String type, String key) {}

        private final Map<String, Channel.CatchUp> rules;

        /** In order of access: the first entry is the one unused for the longest time. */
        private final LinkedHashMap<Subject, EventId> newest = new LinkedHashMap<>(16, 0.75f, true);

        /** @param rules the rule of each channel */
        SupersededEvents(Map<String, Channel.CatchUp> rules) {
            this.rules = rules;
        }

        void remember(Event event) {
            Subject subject = subject(event.envelope());
            if (subject != null) {
                newest.put(subject, event.id());
                if (newest.size() > MAX_SUBJECTS) {
                    newest.remove(newest.keySet().iterator().next());
                }
            }
        }

        /** The same for an event that comes in no order, as long as there is room for its subject. */
        void rememberEarlier(Event event) {
            Subject subject = newest.size() < MAX_SUBJECTS ? subject(event.envelope()) : null;
            if (subject != null) {
                newest.merge(subject, event.id(), (one, other) -> one.isAfter(other) ? one : other);
            }
        }

        /** The later event that replaces this one, or null. */
        @Nullable
        EventId replacing(Event event) {
            Subject subject = subject(event.envelope());
            EventId last = subject == null ? null : newest.get(subject);
            boolean replaces = last != null
                    && last.isAfter(event.id())
                    && !TERMINAL.contains(event.envelope().fields().getOrDefault("status", ""));
            return replaces ? last : null;
        }

        void clear() {
            newest.clear();
        }

        private @Nullable Subject subject(Envelope envelope) {
            Channel.CatchUp rule = rules.get(envelope.channel());
            if (rule == null || rule == Channel.CatchUp.ALL) {
                return null;
            }
            String key = rule == Channel.CatchUp.LATEST ? "" : envelope.key();
            return key == null ? null : new Subject(envelope.channel(), envelope.type(), key);
        }
    }
}
