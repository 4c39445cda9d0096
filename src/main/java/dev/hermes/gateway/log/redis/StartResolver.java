package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds the position in the Redis log at which a stream starts. Owned by the log's loop. */
final class StartResolver {

    private final StreamReader reader;
    private final LatestIdIndex.LatestIds latest;
    private final LatestIdIndex indexing;
    private final Supplier<EventId> tip;

    /**
     * @param tip the position of the tail
     */
    StartResolver(StreamReader reader, LatestIdIndex.LatestIds latest, LatestIdIndex indexing, Supplier<EventId> tip) {
        this.reader = reader;
        this.latest = latest;
        this.indexing = indexing;
        this.tip = tip;
    }

    /** Finds the start position. May only be called while the tail runs. */
    Future<EventLog.StartPosition> open(Cursor cursor, List<EventLog.StartPosition.LatestQuery> recalls) {
        if (cursor instanceof Cursor.Fresh) {
            return recalls.isEmpty()
                    ? Future.succeededFuture(new EventLog.StartPosition(tip.get(), null, List.of()))
                    : indexing.done().compose(done -> recall(recalls));
        }
        if (cursor instanceof Cursor.At at && !at.id().memory()) {
            return reader.at(at.id())
                    .compose(entry -> entry == null
                            ? reader.oldest().map(oldest -> atTheTip(at.id().toString(), reason(at.id(), oldest)))
                            : Future.succeededFuture(new EventLog.StartPosition(at.id(), null, List.of())));
        }
        String text = cursor instanceof Cursor.At at ? at.id().toString() : ((Cursor.Unreadable) cursor).text();
        return Future.succeededFuture(atTheTip(text, Gap.Reason.UNKNOWN_CURSOR));
    }

    private EventLog.StartPosition atTheTip(String cursor, Gap.Reason reason) {
        EventId position = tip.get();
        return new EventLog.StartPosition(position, Gap.of(reason, cursor, position), List.of());
    }

    private static Gap.Reason reason(EventId cursor, @Nullable EventId oldest) {
        return oldest != null && oldest.isAfter(cursor) ? Gap.Reason.HISTORY_EVICTED : Gap.Reason.UNKNOWN_CURSOR;
    }

    private Future<EventLog.StartPosition> recall(List<EventLog.StartPosition.LatestQuery> recalls) {
        EventId position = tip.get();
        List<Future<@Nullable LogEntry>> found = new ArrayList<>();
        recalls.stream().map(latest::get).filter(Objects::nonNull).distinct().forEach(id -> found.add(reader.at(id)));
        return Future.all(found)
                .map(all -> new EventLog.StartPosition(
                        position,
                        null,
                        all.<LogEntry>list().stream()
                                .filter(Event.class::isInstance)
                                .map(Event.class::cast)
                                .toList()));
    }
}
