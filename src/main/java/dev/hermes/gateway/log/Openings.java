package dev.hermes.gateway.log;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where in the log in Redis a stream begins. Owned by the log's loop. */
final class Openings {

    private final StreamReader reader;
    private final LatestIds latest;
    private final Indexing indexing;
    private final Supplier<EventId> tip;

    /**
     * @param tip the position of the tail
     */
    Openings(StreamReader reader, LatestIds latest, Indexing indexing, Supplier<EventId> tip) {
        this.reader = reader;
        this.latest = latest;
        this.indexing = indexing;
        this.tip = tip;
    }

    /** The tail must run. */
    Future<Opening> open(Cursor cursor, List<Recall> recalls) {
        if (cursor instanceof Cursor.Fresh) {
            return recalls.isEmpty()
                    ? Future.succeededFuture(new Opening(tip.get(), null, List.of()))
                    : indexing.done().compose(done -> recall(recalls));
        }
        if (cursor instanceof Cursor.At at && !at.id().memory()) {
            return reader.at(at.id())
                    .compose(held -> held == null
                            ? reader.oldest().map(oldest -> refused(at.id().toString(), reason(at.id(), oldest)))
                            : Future.succeededFuture(new Opening(at.id(), null, List.of())));
        }
        String text = cursor instanceof Cursor.At at ? at.id().toString() : ((Cursor.Unreadable) cursor).text();
        return Future.succeededFuture(refused(text, GapReason.UNKNOWN_CURSOR));
    }

    private Opening refused(String cursor, GapReason reason) {
        EventId position = tip.get();
        return new Opening(position, Gap.of(reason, cursor, position), List.of());
    }

    private static GapReason reason(EventId cursor, @Nullable EventId oldest) {
        return oldest != null && oldest.isAfter(cursor) ? GapReason.HISTORY_EVICTED : GapReason.UNKNOWN_CURSOR;
    }

    private Future<Opening> recall(List<Recall> recalls) {
        EventId position = tip.get();
        List<Future<@Nullable LogEntry>> asked = new ArrayList<>();
        recalls.stream().map(latest::get).filter(Objects::nonNull).distinct().forEach(id -> asked.add(reader.at(id)));
        return Future.all(asked)
                .map(all -> new Opening(
                        position,
                        null,
                        all.<LogEntry>list().stream()
                                .filter(Event.class::isInstance)
                                .map(Event.class::cast)
                                .toList()));
    }
}
