package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.EventLog;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Builds the index of the latest events by reading the log once, page by page, up to the tail's position. Later entries are
 * left to the tail: a stream that begins at its position would be told of them here, and once more when they are handed on.
 * Owned by the log's loop.
 */
final class LatestIdIndex {

    private static final int PAGE = 1_000;

    private final StreamReader reader;
    private final LatestIds latest;
    private final Supplier<EventId> tip;
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

    /** Completes, never with a failure, when the log was read up to the tail or reading failed. */
    Future<Void> done() {
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
        done = after(null)
                .<Void>map(read -> {
                    complete = true;
                    return null;
                })
                .otherwiseEmpty();
    }

    private Future<Void> after(@Nullable EventId position) {
        Future<@Nullable EventId> from = position == null ? reader.oldest() : Future.succeededFuture(position);
        return from.compose(start -> start == null
                ? Future.succeededFuture()
                : reader.after(start, PAGE).compose(reading -> page(reading, position == null ? start : null)));
    }

    private Future<Void> page(EventLog.ReadResult reading, @Nullable EventId first) {
        if (!(reading instanceof EventLog.ReadResult.Page page)) {
            // The log was trimmed meanwhile: go on at the entry that is now the oldest.
            return after(null);
        }
        Future<@Nullable LogEntry> before = first == null ? Future.succeededFuture() : reader.at(first);
        return before.compose(entry -> {
            EventId end = tip.get();
            remember(entry, end);
            page.entries().forEach(next -> remember(next, end));
            EventId last = page.entries().isEmpty()
                    ? end
                    : page.entries().get(page.entries().size() - 1).id();
            return page.entries().size() < PAGE || last.isAfter(end) ? Future.succeededFuture() : after(last);
        });
    }

    private void remember(@Nullable LogEntry entry, EventId end) {
        if (entry != null && !entry.id().isAfter(end)) {
            latest.remember(entry);
        }
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
