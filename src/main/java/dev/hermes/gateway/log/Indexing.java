package dev.hermes.gateway.log;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** Reads the whole log once, page by page, to know the latest events of before. Owned by the log's loop. */
final class Indexing {

    private static final int PAGE = 1_000;

    private final StreamReader reader;
    private final LatestIds latest;
    private Future<Void> done = Future.succeededFuture();
    private boolean whole = true;

    Indexing(StreamReader reader, LatestIds latest) {
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

    private Future<Void> page(Reading reading, @Nullable EventId first) {
        if (!(reading instanceof Reading.Page page)) {
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
}
