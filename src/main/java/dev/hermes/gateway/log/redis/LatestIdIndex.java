package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.loop.Generation;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Builds the index of the latest events by reading the log once, page by page, up to the tail's position. Later entries are
 * left to the tail: a stream that begins at its position would be told of them here, and once more when they are handed on.
 * What is trimmed meanwhile need not be known. Owned by the log's loop.
 */
final class LatestIdIndex {

    private static final int FIRST_PAGE = 64;
    private static final int LARGEST_PAGE = 1_000;
    private static final long PAGE_BYTES = 1 << 20;

    private final StreamReader reader;
    private final LatestIds latest;
    private final Supplier<EventId> tip;
    private final Generation readings = new Generation();
    private Future<Void> done = Future.succeededFuture();
    private boolean complete = true;

    /**
     * @param tip the position of the tail
     */
    LatestIdIndex(StreamReader reader, LatestIds latest, Supplier<EventId> tip) {
        this.reader = reader;
        this.latest = latest;
        this.tip = tip;
    }

    /**
     * Completes, never with a failure, when the log was read up to the tail or reading failed. Reads again if it failed
     * before.
     */
    Future<Void> done() {
        resume();
        return done;
    }

    /** Clears the index and reads the log again. */
    void restart() {
        latest.clear();
        read();
    }

    /** Reads the log again if the last reading did not reach the tail. */
    void resume() {
        if (!complete && done.isComplete()) {
            read();
        }
    }

    private void read() {
        complete = false;
        int reading = readings.next();
        done = after(reading, null, FIRST_PAGE).otherwiseEmpty();
    }

    private Future<Void> after(int reading, @Nullable EventId position, int limit) {
        return reader.onwards(position, limit).compose(page -> {
            if (!readings.isCurrent(reading)) {
                // The page may be of an earlier log.
                return done;
            }
            EventId end = tip.get();
            EventId last = end;
            for (LogEntry entry : page.entries()) {
                last = entry.id();
                if (!last.isAfter(end)) {
                    latest.remember(entry);
                }
            }
            complete = page.entries().size() < limit || last.isAfter(end);
            return complete ? Future.succeededFuture() : after(reading, last, nextLimit(page, limit));
        });
    }

    /** As many as are likely to be converted in one turn of the loop without a pause that anybody notices. */
    private static int nextLimit(StreamReader.Portion page, int limit) {
        long fit = PAGE_BYTES * page.entries().size() / Math.max(1, page.bytes());
        return (int) Math.max(1, Math.min(fit, Math.min(4L * limit, LARGEST_PAGE)));
    }

    /**
     * The ids of the latest event of each indexed channel and of each of its keys, for a log whose entries are in
     * Redis. Bounded: beyond the bound it forgets the key that had no event and no query for the longest time. Owned
     * by the log's loop.
     */
    static final class LatestIds {

        private static final int MAX_KEYS = 50_000;

        private final Set<String> channels;

        /** In order of access: the first entry is the one unused for the longest time. */
        private final Map<EventLog.StartPosition.LatestQuery, EventId> latest = new LinkedHashMap<>(16, 0.75f, true);

        LatestIds(Set<String> channels) {
            this.channels = Set.copyOf(channels);
        }

        /** Takes note of an entry; entries may come in any order. */
        void remember(LogEntry entry) {
            if (entry instanceof Event event) {
                rememberEvent(event);
            }
        }

        private void rememberEvent(Event event) {
            String channel = event.envelope().channel();
            if (channels.contains(channel)) {
                put(new EventLog.StartPosition.LatestQuery(channel, null), event.id());
                if (event.envelope().key() != null) {
                    put(
                            new EventLog.StartPosition.LatestQuery(
                                    channel, event.envelope().key()),
                            event.id());
                }
            }
        }

        private void put(EventLog.StartPosition.LatestQuery recall, EventId id) {
            EventId known = latest.get(recall);
            if (known != null && known.isAfter(id)) {
                return;
            }
            latest.put(recall, id);
            if (latest.size() > MAX_KEYS) {
                latest.remove(latest.keySet().iterator().next());
            }
        }

        @Nullable
        EventId get(EventLog.StartPosition.LatestQuery recall) {
            return latest.get(recall);
        }

        void clear() {
            latest.clear();
        }
    }
}
