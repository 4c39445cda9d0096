package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.StartPosition;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the whole log once, page by page, to know the latest events of before. Owned by the log's loop. */
final class LatestIdIndex {

    private static final int PAGE = 1_000;

    private final StreamReader reader;
    private final LatestIds latest;
    private Future<Void> done = Future.succeededFuture();
    private boolean whole = true;

    LatestIdIndex(StreamReader reader, LatestIds latest) {
        this.reader = reader;
        this.latest = latest;
    }

    /** Completes without failure when the log was read, or could not be read to its end. */
    Future<Void> done() {
        return done;
    }

    /** Forgets all and reads anew. */
    void restart() {
        latest.clear();
        read();
    }

    /** Reads anew if the last time did not come to the end. */
    void resume() {
        if (!whole && done.isComplete()) {
            read();
        }
    }

    private void read() {
        whole = false;
        done = after(null)
                .<Void>map(read -> {
                    whole = true;
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
            // Trimmed meanwhile: what is older than now the oldest is not wanted any more.
            return after(null);
        }
        Future<@Nullable LogEntry> before = first == null ? Future.succeededFuture() : reader.at(first);
        return before.compose(entry -> {
            latest.remember(entry);
            page.entries().forEach(latest::remember);
            return page.entries().size() < PAGE
                    ? Future.succeededFuture()
                    : after(page.entries().get(page.entries().size() - 1).id());
        });
    }

    /**
     * The position of the last event of each indexed channel and of each of its keys, for a log that is elsewhere. Bounded: of
     * too many keys those are forgotten that had no event, and were not asked for, for longest. Owned by the log's loop.
     */
    static final class LatestIds {

        private static final int MAX_KEYS = 50_000;

        private final Set<String> channels;

        /** By access: the first is the one that nobody has spoken of or asked for the longest time. */
        private final Map<StartPosition.LatestQuery, EventId> latest = new LinkedHashMap<>(16, 0.75f, true);

        LatestIds(Set<String> channels) {
            this.channels = Set.copyOf(channels);
        }

        /** Takes note of an entry, in whatever order they are told. */
        void remember(@Nullable LogEntry entry) {
            if (entry instanceof Event event) {
                rememberEvent(event);
            }
        }

        private void rememberEvent(Event event) {
            String channel = event.envelope().channel();
            if (channels.contains(channel)) {
                put(new StartPosition.LatestQuery(channel, null), event.id());
                if (event.envelope().key() != null) {
                    put(new StartPosition.LatestQuery(channel, event.envelope().key()), event.id());
                }
            }
        }

        private void put(StartPosition.LatestQuery recall, EventId id) {
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
        EventId get(StartPosition.LatestQuery recall) {
            return latest.get(recall);
        }

        void clear() {
            latest.clear();
        }
    }
}
