package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.Gap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Everything that was ever published, in order: what a client must have been told is looked up here. */
final class Ledger {

    private final List<LogEntry> entries = new ArrayList<>();
    private final Map<String, Integer> places = new HashMap<>();

    Ledger(EventId start) {
        add(List.of(new LogEntry.OriginEntry(start)));
    }

    void add(List<LogEntry> added) {
        for (LogEntry entry : added) {
            places.put(entry.id().toString(), entries.size());
            entries.add(entry);
        }
    }

    Follower follow(Subscription subscription, EventId start) {
        return new Follower(subscription, place(start.toString()));
    }

    /** The position before the first entry, and all that were given. */
    List<String> ids() {
        return entries.stream().map(entry -> entry.id().toString()).toList();
    }

    /** The entries around that position, or from one to the other, with some before and after; at most so many. */
    List<LogEntry> about(EventId from, EventId to, int most) {
        int first = Math.max(0, place(from.toString()) - 3);
        int last = Math.min(entries.size(), place(to.toString()) + 4);
        return entries.subList(Math.max(first, last - most), last);
    }

    private int place(String id) {
        Integer place = places.get(id);
        if (place == null) {
            throw new AssertionError("an id that was never given: " + id);
        }
        return place;
    }

    /** Checks one client's story, step by step: nothing it wants is left out, repeated or out of order. */
    final class Follower {
        private final Subscription subscription;
        private int place;

        private Follower(Subscription subscription, int place) {
            this.subscription = subscription;
            this.place = place;
        }

        EventId position() {
            return entries.get(place).id();
        }

        void event(String id, String type, String data) {
            LogEntry next = nextWanted();
            if (!(next instanceof Event event) || !event.id().toString().equals(id)) {
                throw new AssertionError("got event " + id + " at " + position() + ", due was " + next);
            }
            if (!event.envelope().type().equals(type)
                    || !event.envelope().data().toString(StandardCharsets.UTF_8).equals(data)) {
                throw new AssertionError("not what was published as " + id + ": " + type + " " + data);
            }
        }

        void hole(Gap gap) {
            LogEntry next = nextWanted();
            if (!(next instanceof LogEntry.GapEntry hole) || !Gap.of(hole).equals(gap)) {
                throw new AssertionError("got hole " + gap + " at " + position() + ", due was " + next);
            }
        }

        /** It was told a position that says: you have everything up to here. */
        void position(String id) {
            int told = place(id);
            if (told < place) {
                throw new AssertionError("position went back from " + position() + " to " + id);
            }
            for (int passed = place + 1; passed <= told; passed++) {
                if (subscription.wants(entries.get(passed))) {
                    throw new AssertionError(
                            "at " + position() + " told of position " + id + ", but never got " + entries.get(passed));
                }
            }
            place = told;
        }

        /** It was told that something may be missing from where it stood up to there. */
        void declaredLost(String resumedAt) {
            int resumed = place(resumedAt);
            if (resumed < place) {
                throw new AssertionError("gap went back from " + position() + " to " + resumedAt);
            }
            place = resumed;
        }

        /** It has everything there is. */
        void atTheEnd() {
            position(entries.get(entries.size() - 1).id().toString());
        }

        private LogEntry nextWanted() {
            for (place++; place < entries.size(); place++) {
                if (subscription.wants(entries.get(place))) {
                    return entries.get(place);
                }
            }
            throw new AssertionError("nothing was due any more");
        }
    }
}
