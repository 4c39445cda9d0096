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

/** Hands entries on to the log's outlet, and lets those know of them who keep count. Owned by the log's loop. */
final class Handover {

    private final RedisLogParts parts;
    private final EventLog.Outlet outlet;
    private final RedisLog.RejectionListener rejections;
    private final PendingOwnEntries own = new PendingOwnEntries();

    /** @param rejections hears of entries that are no events */
    Handover(RedisLogParts parts, EventLog.Outlet outlet, RedisLog.RejectionListener rejections) {
        this.parts = parts;
        this.outlet = outlet;
        this.rejections = rejections;
    }

    /** This gateway has appended that itself, and the tail will find it. */
    void expect(EventId id, Envelope envelope, long receivedNanos) {
        own.add(id, envelope, receivedNanos);
    }

    /** The tail has found these. */
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

    /** At least one, which follow those before. */
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

    /** What follows is of another log, behind that entry of it. */
    void lost(EventId resumedAt) {
        own.clear();
        outlet.lost(resumedAt);
    }

    /**
     * Up to where this gateway has handed on the log: told with its calls, so that no gateway removes what another still needs.
     * Written by the log's loop, read by any.
     */
    static final class Reached {

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

    /**
     * What this gateway appended itself and the tail has not told of yet, so that it need not be parsed again. Bounded; what is
     * forgotten is merely parsed. Owned by the log's loop.
     */
    static final class PendingOwnEntries {

        /**
         * One of them.
         *
         * @param receivedNanos when this gateway took it in
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
