package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.Gap;
import dev.hermes.gateway.log.StartPosition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A poll, from its cursor to its answer: the same subscriber as a stream, which ends with its first page. A page ends
 * before a hole in the log, so that a gap always stands before its events.
 */
public final class PendingPoll extends Subscriber {

    /** How long a poll whose time is up waits for what it is being read. */
    private static final long READING_GRACE_MILLIS = 2_000;

    /** A page ends here, but never without an event: it stands in memory until its client has read it. */
    static final int MOST_BYTES = 1 << 20;

    /** Its id, channel, type and time, with their names. */
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

    /**
     * @param limit events of the page
     * @param deadlineMillis when to answer without any
     */
    PendingPoll(
            Hub hub,
            Subscription subscription,
            StreamPermit permit,
            StartPosition opening,
            int limit,
            long deadlineMillis) {
        super(subscription, permit, opening.position());
        this.hub = hub;
        this.gap = opening.gap();
        this.limit = limit;
        this.deadlineMillis = deadlineMillis;
    }

    /** The page; on the hub's loop. */
    public Future<Page> page() {
        return answer.future();
    }

    /** The client went away: nobody waits for the page. Hub's loop. */
    public void gone() {
        hub.leave(this);
    }

    /** Others wait behind it: to be answered as if its time were up. Hub's loop. */
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

    @Override
    boolean offer(Window.WindowEntry slot) {
        if (slot.entry() instanceof LogEntry.GapEntry hole) {
            return offer(Gap.of(hole));
        }
        Event event = (Event) slot.entry();
        bytes += event.envelope().data().length() + AROUND_AN_EVENT_BYTES;
        if (bytes > MOST_BYTES && !events.isEmpty()) {
            full = true;
            return false;
        }
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
        boolean worthTelling = full || !events.isEmpty() || gap != null;
        if (full || (live() && (worthTelling || hub.now() >= deadlineMillis))) {
            finish();
        }
    }

    @Override
    boolean staysWhenFlushed() {
        return false;
    }

    @Override
    void stalled() {
        // Full: settled in the same turn.
    }

    @Override
    void due(long nowMillis) {
        if (live() || overdue) {
            finish();
        } else {
            // An empty page would tell a client that is far behind, and does not wait, that nothing is there.
            overdue = true;
            hub.schedule(this, nowMillis + READING_GRACE_MILLIS);
        }
    }

    /** Answers with what there is. */
    void finish() {
        if (!closed()) {
            hub.leave(this);
            answer.complete(new Page(List.copyOf(events), cursor(), gap));
        }
    }

    /**
     * What one poll found.
     *
     * @param lastId the position reached, also when nothing matched
     * @param gap stands before the first event, or null
     */
    public record Page(
            List<Event> events, EventId lastId, @Nullable Gap gap) {}
}
