package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A poll from its cursor to its answer: a subscriber like a stream, except that it ends with its first page. A page
 * ends before a hole in the log, so that a gap always stands before the events of its page.
 */
public final class PendingPoll extends Subscriber {

    /** How long a poll whose time is up waits for a read of the log. */
    private static final long READING_GRACE_MILLIS = 2_000;

    /**
     * The size at which a page ends, though never without an event: a page stays in memory until its client has read
     * it.
     */
    static final int MOST_BYTES = 1 << 20;

    /** The estimated size of an event's id, channel, type and time, with their names. */
    private static final int AROUND_AN_EVENT_BYTES = 192;

    private final Hub hub;
    private final int limit;
    private long deadlineMillis;
    private final Promise<Page> answer = Promise.promise();
    private final List<Event> events = new ArrayList<>();
    private @Nullable Gap gap;
    private long bytes;
    private boolean full;
    private boolean overdue;

    /** Whether the client has read the answer, or has disconnected. */
    private boolean read;

    /**
     * @param limit the most events of the page
     * @param deadlineMillis when to answer even without an event
     */
    PendingPoll(
            Hub hub,
            Subscription subscription,
            StreamPermit permit,
            EventLog.StartPosition start,
            int limit,
            long deadlineMillis) {
        super(subscription, permit, start.position());
        this.hub = hub;
        this.gap = start.gap();
        this.limit = limit;
        this.deadlineMillis = deadlineMillis;
    }

    /** Completes with the page, on the hub's loop. */
    public Future<Page> page() {
        return answer.future();
    }

    /** The client disconnected: nobody waits for the page. Hub's loop. */
    public void gone() {
        read();
        hub.leave(this);
    }

    /** Answers the poll as if its time were up, since other requests wait behind it. Hub's loop. */
    public void waitNoLonger() {
        if (!closed()) {
            deadlineMillis = hub.now();
            due(deadlineMillis);
        }
    }

    @Override
    boolean writable() {
        return !full;
    }

    /** The client has read the answer: nothing of it is kept any more. Hub's loop. */
    public void read() {
        read = true;
    }

    /** Those of the events, of which an answer is made instead of frames. */
    @Override
    long pendingBytes() {
        return read ? 0 : bytes;
    }

    @Override
    boolean offer(Window.WindowEntry entry) {
        if (entry.logEntry() instanceof LogEntry.GapEntry hole) {
            return offer(Gap.of(hole));
        }
        Event event = (Event) entry.logEntry();
        long withIt = bytes + event.envelope().data().length() + AROUND_AN_EVENT_BYTES;
        if (withIt > MOST_BYTES && !events.isEmpty()) {
            full = true;
            return false;
        }
        bytes = withIt;
        events.add(event);
        full = events.size() == limit || bytes >= MOST_BYTES;
        return true;
    }

    @Override
    boolean offer(Gap missing) {
        if (gap != null || !events.isEmpty()) {
            full = true;
            return false;
        }
        gap = missing;
        return true;
    }

    @Override
    void flushOrAnswer() {
        boolean hasContent = full || !events.isEmpty() || gap != null;
        if (full || (live() && (hasContent || hub.now() >= deadlineMillis))) {
            finish();
        }
    }

    @Override
    boolean staysWhenFlushed() {
        return false;
    }

    @Override
    void stalled() {
        // A full poll is answered within the same turn.
    }

    @Override
    void due(long nowMillis) {
        if (live() || overdue) {
            finish();
        } else {
            // An empty page would tell a client that is far behind, and does not wait, that there are no events.
            overdue = true;
            hub.schedule(this, nowMillis + READING_GRACE_MILLIS);
        }
    }

    /** Answers with the events so far. */
    void finish() {
        if (!closed()) {
            hub.leave(this);
            answer.complete(new Page(List.copyOf(events), cursor(), gap));
        }
    }

    /**
     * The result of one poll.
     *
     * @param lastId the position reached, also when no event matched
     * @param gap stands before the first event, or null
     */
    public record Page(
            List<Event> events, EventId lastId, @Nullable Gap gap) {}
}
