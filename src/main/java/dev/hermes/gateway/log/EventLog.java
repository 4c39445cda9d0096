package dev.hermes.gateway.log;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import io.vertx.core.Future;
import java.util.List;

/**
 * The order of everything. Callable from any event loop; answers arrive on the caller's. Every entry, once it has its id,
 * goes to the log's outlet in order, exactly once. A future fails with {@link UnavailableException} while the log cannot
 * be asked.
 */
public interface EventLog {

    /**
     * Gives the envelopes the next places, in order, all or none.
     *
     * @return their ids; fails when the log cannot take them, and then none was taken or it is not known
     */
    Future<List<EventId>> append(List<Envelope> envelopes);

    /**
     * The position that the next entry at the outlet follows; {@code 0-0}, which no entry has, while the log was never
     * reached.
     */
    Future<EventId> position();

    /** Decides where a reader starts, and recalls what it asked for as of exactly that position. */
    Future<StartPosition> open(Cursor cursor, List<StartPosition.LatestQuery> recalls);

    /** At most {@code maxEntries} entries after that position. The position need not be an entry. */
    Future<ReadResult> read(EventId after, int maxEntries);

    /** Ends the log; what was acknowledged stays as durable as the log is. */
    Future<Void> close();

    /** What a read found. */
    public sealed interface ReadResult {

        /** The entries that follow, in order; empty at the end of the log. */
        record Page(List<LogEntry> entries) implements ReadResult {}

        /** What follows is no longer all there. */
        record Evicted() implements ReadResult {}
    }

    /** The log cannot be asked right now. What was to be appended may or may not be in it. */
    public static final class UnavailableException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        public UnavailableException(String message) {
            super(message);
        }

        public UnavailableException(Throwable cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Where the log's entries go. Called on the log's loop; must not fail or block. */
    public interface Outlet {

        /**
         * Entries in order, each once, following all before.
         *
         * @param receivedNanos when this gateway took the first of them in, by {@link System#nanoTime()}
         */
        void accept(List<LogEntry> entries, long receivedNanos);

        /** What was told so far is void: the log is another, or part of it went by unseen. What follows, follows this. */
        void lost(EventId resumedAt);
    }
}
