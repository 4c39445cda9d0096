package dev.hermes.gateway.log;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The log: the only source of order among events. Callable from any event loop; results arrive on the caller's. Every
 * entry, once it has its id, goes to the log's outlet in order, exactly once. A future fails with {@link
 * UnavailableException} while the log cannot be reached.
 */
public interface EventLog {

    /**
     * Appends the envelopes in order, all or none.
     *
     * @return their ids. On failure none was appended, or it is unknown whether they were
     */
    Future<List<EventId>> append(List<Envelope> envelopes);

    /**
     * The position that the next entry at the outlet will follow; {@code 0-0}, which no entry has, as long as the log
     * was never reached.
     */
    Future<EventId> position();

    /** Decides where a reader starts, and finds the latest events it asks for as they were at exactly that position. */
    Future<StartPosition> open(Cursor cursor, List<StartPosition.LatestQuery> recalls);

    /** Reads at most {@code maxEntries} entries after the position, which need not be an entry itself. */
    Future<ReadResult> read(EventId after, int maxEntries);

    /**
     * The entries up to the position, its own last, in the log's order and with nothing missing between them; empty if the
     * position is no entry, or no longer.
     *
     * @param mostEntries at most so many
     * @param mostBytes about so many of their bytes; it stops before the next one may be too much
     */
    Future<List<LogEntry>> upTo(EventId position, int mostEntries, long mostBytes);

    /** The entry with exactly this id; null if the log has none, or no longer. */
    Future<@Nullable LogEntry> entry(EventId id);

    /** Closes the log; acknowledged events remain as durable as the log is. */
    Future<Void> close();

    /** The result of a read. */
    public sealed interface ReadResult {

        /** The entries after the position, in order; empty at the end of the log. */
        record Page(List<LogEntry> entries) implements ReadResult {}

        /** Some of the entries after the position are no longer in the log. */
        record Evicted() implements ReadResult {}
    }

    /**
     * What a log holds.
     *
     * @param bytes of its entries, as its bound counts them
     * @param oldestSeconds the age of its oldest entry
     * @param newest its newest entry; null if unknown
     * @param followers the gateways that followed it of late, this one too; none where no other can
     */
    record Held(
            double entries,
            double bytes,
            double oldestSeconds,
            @Nullable EventId newest,
            List<Follower> followers) {

        /** No number is known. */
        public static final Held UNKNOWN = new Held(Double.NaN, Double.NaN, Double.NaN, null, List.of());

        public Held {
            followers = List.copyOf(followers);
        }

        /**
         * A gateway that follows the log.
         *
         * @param name random, and another one after each start
         * @param own whether it is this gateway
         * @param position up to where it has handed on the log
         * @param saidSecondsAgo how long ago it last said so
         */
        public record Follower(String name, boolean own, EventId position, double saidSecondsAgo) {}
    }

    /** How many calls to append were answered by another process that keeps the log, and how long all of them took. */
    record Appends(long calls, double seconds) {

        public static final Appends NONE = new Appends(0, 0);
    }

    /** Says that the log cannot be reached right now. An append that failed so may or may not have happened. */
    public static final class UnavailableException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        public UnavailableException(String message) {
            super(message);
        }

        public UnavailableException(Throwable cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Receives the log's entries. Called on the log's loop; must not fail or block. */
    public interface Outlet {

        /**
         * Takes entries in order, each once, following all earlier ones.
         *
         * @param receivedNanos when this gateway received the first of these entries, by {@link System#nanoTime()}
         */
        void accept(List<LogEntry> entries, long receivedNanos);

        /**
         * The log was replaced by another, or part of it passed unseen: earlier entries no longer count. The next
         * entries follow {@code resumedAt}.
         */
        void lost(EventId resumedAt);
    }

    /**
     * Where a reader starts in the log.
     *
     * @param position the reader gets everything after this position
     * @param gap why the position is not the one of the reader's cursor, or null
     * @param recalled the latest events that were asked for and exist, each at or before the position
     */
    public record StartPosition(EventId position, @Nullable Gap gap, List<Event> recalled) {

        /**
         * Asks for the latest event of a channel, or of one key of the channel. Only channels whose catalogue entry sends
         * something on connect have an index; for other channels the query finds nothing.
         *
         * @param key null for the channel's latest event of any key
         */
        public record LatestQuery(String channel, @Nullable String key) {}
    }
}
