package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;

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
}
