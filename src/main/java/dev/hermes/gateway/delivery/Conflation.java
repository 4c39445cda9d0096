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
 * Decides which events a subscriber that is far behind need not be sent. What is left out is passed over in its place, so
 * that the cursor moves on in the log's order and any id stays a safe cursor. Owned by the hub's loop.
 *
 * <p>How far behind is counted in the window only: what is older comes on top of that, so the count is never too high.
 */
final class Conflation {

    private final Window window;
    private final SupersededEvents newest;
    private final int after;

    /** @param after events of its own that a subscriber must be behind, more than so many; 0 for never */
    Conflation(Window window, SupersededEvents newest, int after) {
        this.window = window;
        this.newest = newest;
        this.after = after;
    }

    /** What was counted for one subscriber: so many events of its own between the two positions, both included. */
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
     * Counts what is before a subscriber as far as it matters for its next entries.
     *
     * @param next how many of them are about to be handed to it
     * @return how many entries that took
     */
    int look(Subscriber subscriber, int next) {
        if (after == 0 || subscriber.subscription().conflated().isEmpty()) {
            return 0;
        }
        long place = window.placeAfter(subscriber.cursor());
        Lookahead ahead = subscriber.lookahead();
        if (ahead == null) {
            if (window.end() - place <= after) {
                return 0;
            }
            ahead = new Lookahead(window.at(place).id());
            subscriber.lookahead(ahead);
        } else {
            place = Math.max(place, window.placeAfter(ahead.to));
        }
        int looked = 0;
        while (ahead.wanted <= after + next && place < window.end()) {
            Window.WindowEntry slot = window.at(place++);
            ahead.to = slot.id();
            ahead.wanted += subscriber.subscription().wants(slot.entry()) ? 1 : 0;
            looked++;
        }
        return looked;
    }

    /** Whether the subscriber, which wants that entry, need not be sent it. */
    boolean leavesOut(Subscriber subscriber, LogEntry entry) {
        Lookahead ahead = subscriber.lookahead();
        return ahead != null
                && ahead.wanted > after
                && entry instanceof Event event
                && subscriber
                        .subscription()
                        .conflated()
                        .contains(event.envelope().channel())
                && newest.supersede(event);
    }

    /** The subscriber, which wanted that entry, is past it. */
    void passed(Subscriber subscriber, EventId id) {
        Lookahead ahead = subscriber.lookahead();
        if (ahead != null && id.compareTo(ahead.from) >= 0 && id.compareTo(ahead.to) <= 0) {
            ahead.wanted--;
        }
    }

    /**
     * Which event is the newest of its kind, on channels where a later one makes an earlier one needless. Bounded: what is
     * forgotten counts as not superseded. Owned by the hub's loop.
     */
    static final class SupersededEvents {

        static final int MAX_SUBJECTS = 16_384;

        /** States after which nothing more is said of a key; nobody may miss one. */
        private static final Set<String> TERMINAL = Set.of("completed", "failed", "cancelled");

        /** What an event is the news of. Types are kept apart, since they may say different things of one key. */
        private record Subject(String channel, String type, String key) {}

        private final Map<String, Channel.CatchUp> rules;

        /** By access: the first is the one that nobody has spoken of or asked for the longest time. */
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

        /** Whether a later one says all that this one says. */
        boolean supersede(Event event) {
            Subject subject = subject(event.envelope());
            EventId last = subject == null ? null : newest.get(subject);
            return last != null
                    && last.isAfter(event.id())
                    && !TERMINAL.contains(event.envelope().fields().getOrDefault("status", ""));
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
