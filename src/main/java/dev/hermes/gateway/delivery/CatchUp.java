package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import dev.hermes.gateway.loop.OwnerLoop;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings subscribers that are behind to the tip in small steps: a bounded number of entries per visit of a
 * subscriber, a bounded number in all per turn of the event loop, a bounded number of log reads at the same time. A
 * subscriber that accepts no more simply leaves the queue with its cursor; {@link #add} puts it back. Owned by the
 * hub's loop.
 */
final class CatchUp {

    /**
     * Limits how much of the event loop and of the log catching up may use.
     *
     * @param entriesAVisit entries examined for one subscriber before the next one's visit
     * @param entriesATurn entries examined in one turn of the event loop
     * @param entriesAPage the most entries read from the log at once; a subscriber's page is as large as what it took
     *     the last time, or twice as large if it took all
     * @param readers log reads at the same time
     * @param live how much of a turn live delivery may use
     */
    record Pace(int entriesAVisit, int entriesATurn, int entriesAPage, int readers, LiveDelivery.Pace live) {

        static final Pace USUAL = new Pace(256, 2_048, 256, 4, LiveDelivery.Pace.USUAL);
    }

    private static final int EXAMINATIONS_PER_WRITE = 16;

    private final OwnerLoop loop;
    private final EventLog log;
    private final Window window;
    private final Conflation conflation;
    private final HubCounters counters;
    private final FrameMemory memory;
    private final Pace pace;
    private final Backfill backfill;
    private final ArrayDeque<Subscriber> ready = new ArrayDeque<>();
    private final ReaderQueue readQueue = new ReaderQueue();

    /** Subscribers that could not be served, since their read of the log failed or there was no memory for a frame. */
    private final ArrayDeque<Subscriber> postponed = new ArrayDeque<>();

    /** Subscribers that start from a position this hub has not reached yet. */
    private final ArrayDeque<Subscriber> ahead = new ArrayDeque<>();

    private int readers;
    private boolean running;

    CatchUp(
            OwnerLoop loop,
            EventLog log,
            Window window,
            Conflation conflation,
            HubCounters counters,
            FrameMemory memory,
            Pace pace) {
        this.loop = loop;
        this.log = log;
        this.window = window;
        this.conflation = conflation;
        this.counters = counters;
        this.memory = memory;
        this.pace = pace;
        this.backfill = new Backfill(log, window, conflation, this::windowFilled);
        backfill.begin();
    }

    /** Empties the window; the next entry follows this position, before which the log may hold more. */
    void beginAnew(EventId position) {
        window.clear(position);
        backfill.begin();
    }

    /** Who waits for a read may not need it any more: a visit tells. */
    private void windowFilled() {
        readQueue.moveAllTo(ready);
        run();
    }

    /** Visits a new subscriber once, immediately. */
    void start(Subscriber subscriber) {
        subscriber.scheduled(true);
        visit(subscriber);
        if (subscriber.scheduled()) {
            // The subscriber waits for the log or the hub; what was written to it so far need not wait.
            subscriber.flushOrAnswer();
        }
    }

    /** Puts the subscriber in the queue, unless it is queued or waiting already. */
    void add(Subscriber subscriber) {
        if (!subscriber.scheduled() && subscriber.state() == Subscriber.State.CATCHING_UP) {
            subscriber.scheduled(true);
            ready.add(subscriber);
            run();
        }
    }

    /**
     * Puts the subscriber in the queue at the next tick, since there is no memory for its next frame now: sockets of
     * others must give some back first.
     */
    void later(Subscriber subscriber) {
        memory.exhausted();
        subscriber.scheduled(true);
        postponed.add(subscriber);
    }

    /** Tells the subscriber that the log of its position is lost, and moves it to the tip. */
    void moveToTip(Subscriber subscriber, EventId lost) {
        if (subscriber.live()) {
            subscriber.fallBehind(lost, counters);
        }
        skip(subscriber, lost, Gap.Reason.LOG_LOST);
        subscriber.flushOrAnswer();
        add(subscriber);
    }

    /** Tells the subscriber that it goes on at the tip; false if it ends before that instead. */
    private boolean skip(Subscriber subscriber, EventId from, Gap.Reason reason) {
        EventId tip = window.tip();
        boolean takes = subscriber.offer(Gap.of(reason, from.toString(), tip));
        if (takes) {
            counters.gapSent(reason);
            subscriber.jump(tip);
        }
        return takes;
    }

    /** The hub has advanced: visits the subscribers that waited for it. */
    void hubAdvanced() {
        for (int waiting = ahead.size(); waiting > 0; waiting--) {
            visit(ahead.remove());
        }
    }

    /** Visits again those that could not be served, and reads the log for others as far as there is memory by now. */
    void tick() {
        memory.tick();
        // Otherwise they would be kept for as long as there is no memory for any of them.
        readQueue.clean();
        read();
        if (!postponed.isEmpty()) {
            ready.addAll(postponed);
            postponed.clear();
            run();
        }
    }

    private void run() {
        if (!running) {
            running = true;
            loop.afterSockets(this::turn);
        }
    }

    private void turn() {
        running = false;
        int budget = pace.entriesATurn();
        try {
            while (budget > 0 && !ready.isEmpty()) {
                budget -= visit(ready.remove());
            }
        } finally {
            // Also after a visit has thrown: the others must still be visited.
            if (!ready.isEmpty()) {
                run();
            }
        }
    }

    /** Visits one subscriber, serving it from the window; returns the cost of the visit, at least 1. */
    private int visit(Subscriber subscriber) {
        if (subscriber.closed()) {
            return 1;
        }
        EventId cursor = subscriber.cursor();
        if (cursor.compareTo(window.tip()) > 0) {
            ahead.add(subscriber);
            return 1;
        }
        if (!window.covers(cursor)) {
            readQueue.add(subscriber);
            read();
            return 1;
        }
        long index = window.indexAfter(cursor);
        long stop = Math.min(window.end(), index + pace.entriesAVisit());
        int cost = 1 + conflation.lookAhead(subscriber, pace.entriesAVisit()) / EXAMINATIONS_PER_WRITE;
        boolean takes = subscriber.writable();
        try {
            while (takes && index < stop) {
                takes = deliver(subscriber, window.at(index++));
                cost++;
            }
        } catch (OutOfMemoryError outsideTheHeap) {
            breakOff(subscriber);
            // Ends the turn, since only sockets can give memory back.
            return pace.entriesATurn();
        }
        endVisit(subscriber, takes);
        return cost;
    }

    /**
     * Ends a visit: the subscriber becomes live, or is queued again, or leaves the queue because it accepts no more.
     */
    private void endVisit(Subscriber subscriber, boolean takes) {
        subscriber.scheduled(false);
        if (takes && !subscriber.closed() && subscriber.cursor().equals(window.tip())) {
            subscriber.becomeLive(counters);
        }
        subscriber.flushOrAnswer();
        // Asked again, since a sink that this flush drained may have reported it before its owner knew the stream.
        if (takes || subscriber.writable()) {
            add(subscriber);
        } else if (!subscriber.closed()) {
            subscriber.stalled();
        }
    }

    /** Ends a visit before an entry for whose frame there was no memory. */
    private void breakOff(Subscriber subscriber) {
        later(subscriber);
        subscriber.flushOrAnswer();
    }

    /**
     * Delivers one entry if the subscriber wants it, and moves the cursor; false when the subscriber accepts no more.
     */
    private boolean deliver(Subscriber subscriber, Window.WindowEntry entry) {
        if (subscriber.subscription().wants(entry.logEntry())) {
            EventId replacing = conflation.replacing(subscriber, entry.logEntry());
            if (replacing != null) {
                counters.superseded((Event) entry.logEntry());
                subscriber.leftOut(entry.id(), replacing);
            } else if (subscriber.offer(entry)) {
                counters.delivered(entry.logEntry(), 1);
                subscriber.receivedBacklog();
            } else {
                return false;
            }
            conflation.passed(subscriber, entry.id());
        }
        subscriber.advance(entry.id());
        return subscriber.writable() && !subscriber.closed();
    }

    private void read() {
        for (Subscriber next = nextReader(); next != null; next = nextReader()) {
            if (!next.closed()) {
                readFor(next);
            }
        }
    }

    private @Nullable Subscriber nextReader() {
        return readers < pace.readers() ? readQueue.poll(memory.hasRoomForFrames(), memory::hasRoomForPage) : null;
    }

    private void readFor(Subscriber subscriber) {
        readers++;
        EventId asked = subscriber.cursor();
        log.read(asked, Math.min(pace.entriesAPage(), subscriber.pageSize()))
                .onComplete(reading -> pageRead(subscriber, asked, reading), failure -> readFailed(subscriber));
    }

    private void readFailed(Subscriber subscriber) {
        readers--;
        postponed.add(subscriber);
    }

    private void pageRead(Subscriber subscriber, EventId asked, EventLog.ReadResult reading) {
        readers--;
        if (!subscriber.closed()) {
            boolean filled = reading instanceof EventLog.ReadResult.Evicted && window.covers(asked);
            if (filled || !asked.equals(subscriber.cursor())) {
                // What is evicted the window holds by now; or the subscriber was moved, and this page is of an earlier
                // log.
                subscriber.scheduled(false);
                add(subscriber);
            } else if (reading instanceof EventLog.ReadResult.Page page) {
                deliverPage(subscriber, page.entries());
            } else {
                endVisit(subscriber, skip(subscriber, subscriber.cursor(), Gap.Reason.HISTORY_EVICTED));
            }
        }
        read();
    }

    private void deliverPage(Subscriber subscriber, List<LogEntry> entries) {
        if (entries.isEmpty() && window.tip().isAfter(subscriber.cursor())) {
            // The log ends before entries that were delivered from it. Reading again immediately could go on without
            // end.
            postponed.add(subscriber);
            return;
        }
        conflation.lookAhead(subscriber, entries.size());
        boolean takes = subscriber.writable();
        int taken = 0;
        while (takes && taken < entries.size()) {
            Window.WindowEntry entry = new Window.WindowEntry(entries.get(taken));
            try {
                takes = deliver(subscriber, entry);
            } catch (OutOfMemoryError outsideTheHeap) {
                subscriber.pageSize(Math.max(1, taken));
                breakOff(subscriber);
                memory.made(subscriber);
                return;
            } finally {
                entry.release();
            }
            taken++;
        }
        // Entries that the subscriber does not take are read again, which for large events or slow clients would be
        // most of a page.
        subscriber.pageSize(takes ? Math.min(pace.entriesAPage(), 2 * subscriber.pageSize()) : Math.max(1, taken));
        endVisit(subscriber, takes);
        memory.made(subscriber);
    }
}
