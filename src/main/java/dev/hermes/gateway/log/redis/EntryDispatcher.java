package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.EventLog;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Passes entries on to the log's outlet, and to the index and counters that follow the log. Owned by the log's loop.
 */
final class EntryDispatcher {

    private final RedisLogParts parts;
    private final EventLog.Outlet outlet;
    private final RedisLog.RejectionListener rejections;
    private final PendingOwnEntries own = new PendingOwnEntries();

    /** @param rejections is called for entries that are not events */
    EntryDispatcher(RedisLogParts parts, EventLog.Outlet outlet, RedisLog.RejectionListener rejections) {
        this.parts = parts;
        this.outlet = outlet;
        this.rejections = rejections;
    }

    /** This gateway has appended the entry itself, and the tail will read it. */
    void expect(EventId id, Envelope envelope, long receivedNanos) {
        own.add(id, envelope, receivedNanos);
    }

    /** The tail has read these entries. */
    void found(List<Response> found) {
        long received = System.nanoTime();
        List<LogEntry> read = new ArrayList<>(found.size());
        for (Response entry : found) {
            EventId id = StreamEntries.id(entry);
            PendingOwnEntries.Own known = own.take(id);
            read.add(known == null ? parts.entries().entry(entry, rejections) : new Event(id, known.envelope()));
            received = known == null ? received : Math.min(received, known.receivedNanos());
        }
        handOn(read, received);
    }

    /** Passes on at least one entry; they follow the earlier ones. */
    void handOn(List<LogEntry> entries, long receivedNanos) {
        for (LogEntry entry : entries) {
            parts.latest().remember(entry);
            parts.producers().passed(entry);
        }
        EventId last = entries.get(entries.size() - 1).id();
        parts.producers().reached(last);
        outlet.accept(entries, receivedNanos);
        parts.scripts().handedOn().reached(last);
    }

    /** The next entries belong to another log and follow the given entry of it. */
    void lost(EventId resumedAt) {
        own.clear();
        outlet.lost(resumedAt);
    }

    /**
     * The position up to which this gateway has passed on the log. Sent along with its script calls, so that no
     * gateway removes entries another one still needs. Written by the log's loop, read by any thread.
     */
    static final class Reached {

        private final String gateway = UUID.randomUUID().toString();
        private volatile @Nullable EventId position;

        void reached(EventId last) {
            position = last;
        }

        /** This gateway does not follow the log right now, so trimming need not wait for it. */
        void silent() {
            position = null;
        }

        /** The argument for a script: the gateway and its position, or empty while it follows nothing. */
        String text() {
            EventId last = position;
            return last == null ? "" : gateway + " " + last;
        }

        /** Reads what a script says of who follows the log: {@code name position millis;} for each. */
        List<EventLog.Held.Follower> followers(String said) {
            List<EventLog.Held.Follower> followers = new ArrayList<>();
            for (String one : said.split(";", 0)) {
                String[] words = one.split(" ", -1);
                EventId handedOn = words.length == 3 ? EventId.parse(words[1]) : null;
                if (handedOn != null) {
                    followers.add(new EventLog.Held.Follower(
                            words[0], words[0].equals(gateway), handedOn, Long.parseLong(words[2]) / 1e3));
                }
            }
            return followers;
        }
    }

    /**
     * The events that this gateway appended itself and the tail has not read yet, so that they need not be parsed
     * again. Bounded; an event that is dropped here is simply parsed. Owned by the log's loop.
     */
    static final class PendingOwnEntries {

        /**
         * One of these events.
         *
         * @param receivedNanos when this gateway received it
         */
        record Own(Envelope envelope, long receivedNanos) {}

        private static final int MAX = 8_192;

        private final Map<EventId, Own> waiting = new LinkedHashMap<>();

        void add(EventId id, Envelope envelope, long receivedNanos) {
            waiting.put(id, new Own(envelope, receivedNanos));
            if (waiting.size() > MAX) {
                waiting.remove(waiting.keySet().iterator().next());
            }
        }

        @Nullable
        Own take(EventId id) {
            return waiting.remove(id);
        }

        void clear() {
            waiting.clear();
        }
    }
}
