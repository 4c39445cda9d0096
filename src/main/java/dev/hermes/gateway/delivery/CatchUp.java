package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import dev.hermes.gateway.loop.OwnerLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Brings subscribers that are behind to the tip, in turns: a bounded number of entries each, a bounded number in all per
 * turn of the event loop, a bounded number of readers of the log at once. A subscriber that takes no more simply drops out
 * with its cursor; {@link #add} puts it back. Owned by the hub's loop.
 */
final class CatchUp {

    /**
     * How much of the loop and of the log catching up may take.
     *
     * @param entriesAVisit entries looked at for one subscriber before the next one's turn
     * @param entriesATurn entries looked at in one turn of the event loop
     * @param entriesAPage most entries read from the log at once; as many as the subscriber took the last time, or
     *     twice as many if it took them all
     * @param readers reads of the log at the same time
     * @param live how much live delivery may take
     */
    record Pace(int entriesAVisit, int entriesATurn, int entriesAPage, int readers, LiveDelivery.Pace live) {

        static final Pace USUAL = new Pace(256, 2_048, 256, 4, LiveDelivery.Pace.USUAL);
    }

    private static final int LOOKS_AS_DEAR_AS_A_WRITE = 16;

    private final OwnerLoop loop;
    private final EventLog log;
    private final Window window;
    private final Conflation conflation;
    private final HubCounters counters;
    private final Pace pace;
    private final ArrayDeque<Subscriber> ready = new ArrayDeque<>();
    private final ReaderQueue wantReader = new ReaderQueue();

    /** Readers whose read failed; tried again with the next tick. */
    private final ArrayDeque<Subscriber> failed = new ArrayDeque<>();

    /** Those that start from a position this hub has not reached yet. */
    private List<Subscriber> ahead = new ArrayList<>();

    private int readers;
    private boolean running;

    CatchUp(OwnerLoop loop, EventLog log, Window window, Conflation conflation, HubCounters counters, Pace pace) {
        this.loop = loop;
        this.log = log;
        this.window = window;
        this.conflation = conflation;
        this.counters = counters;
        this.pace = pace;
    }

    /** Gives the subscriber its turn, now, as far as one visit goes. */
    void start(Subscriber subscriber) {
        subscriber.scheduled(true);
        visit(subscriber);
        if (subscriber.scheduled()) {
            // It waits for the log or for the hub; what it was told so far need not.
            subscriber.flushOrAnswer();
        }
    }

    /** Puts the subscriber in the queue, unless it is on its way already. */
    void add(Subscriber subscriber) {
        if (!subscriber.scheduled() && subscriber.state() == Subscriber.State.CATCHING_UP) {
            subscriber.scheduled(true);
            ready.add(subscriber);
            run();
        }
    }

    /** The log that the subscriber's position was of is no more: tells it so, and moves it to the tip. */
    void moveOn(Subscriber subscriber, EventId lost) {
        if (subscriber.live()) {
            counters.catchingUp(1);
            subscriber.fallBehind(lost);
        }
        if (subscriber.offer(Gap.of(Gap.Reason.LOG_LOST, lost.toString(), window.tip()))) {
            counters.gapTold(Gap.Reason.LOG_LOST);
            subscriber.advance(window.tip());
        }
        subscriber.flushOrAnswer();
        add(subscriber);
    }

    /** The hub has moved on: those that waited for it may go. */
    void hubAdvanced() {
        if (!ahead.isEmpty()) {
            List<Subscriber> waiting = ahead;
            ahead = new ArrayList<>();
            waiting.forEach(this::visit);
        }
    }

    /** Tries failed reads again. */
    void tick() {
        wantReader.addAll(failed);
        failed.clear();
        read();
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
        while (budget > 0 && !ready.isEmpty()) {
            budget -= visit(ready.remove());
        }
        if (!ready.isEmpty()) {
            run();
        }
    }

    /** One turn of one subscriber, from the window; returns what it cost, at least 1. */
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
            wantReader.add(subscriber);
            read();
            return 1;
        }
        long place = window.placeAfter(cursor);
        long stop = Math.min(window.end(), place + pace.entriesAVisit());
        int cost = 1 + conflation.look(subscriber, pace.entriesAVisit()) / LOOKS_AS_DEAR_AS_A_WRITE;
        boolean takes = subscriber.writable();
        while (takes && place < stop) {
            takes = hand(subscriber, window.at(place++));
            cost++;
        }
        conclude(subscriber, takes);
        return cost;
    }

    /** Live, or in the queue for the next visit, or dropped out because it takes no more. */
    private void conclude(Subscriber subscriber, boolean takes) {
        subscriber.scheduled(false);
        if (takes && !subscriber.closed() && subscriber.cursor().equals(window.tip())) {
            subscriber.becomeLive();
            counters.catchingUp(-1);
        }
        subscriber.flushOrAnswer();
        // Asked again: a sink drained by that very flush may have said so before its owner knew the stream.
        if (takes || subscriber.writable()) {
            add(subscriber);
        } else if (!subscriber.closed()) {
            subscriber.stalled();
        }
    }

    /** Hands over one entry if it is wanted, and moves the cursor; false when the subscriber takes no more. */
    private boolean hand(Subscriber subscriber, Window.WindowEntry slot) {
        if (subscriber.subscription().wants(slot.entry())) {
            if (conflation.leavesOut(subscriber, slot.entry())) {
                counters.superseded((Event) slot.entry());
            } else if (subscriber.offer(slot)) {
                counters.handed(slot.entry(), 1);
                subscriber.receivedBacklog();
            } else {
                return false;
            }
            conflation.passed(subscriber, slot.id());
        }
        subscriber.advance(slot.id());
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
        return readers < pace.readers() ? wantReader.poll() : null;
    }

    private void readFor(Subscriber subscriber) {
        readers++;
        EventId asked = subscriber.cursor();
        log.read(asked, Math.min(pace.entriesAPage(), subscriber.pageSize()))
                .onComplete(reading -> got(subscriber, asked, reading), failure -> readFailed(subscriber));
    }

    private void readFailed(Subscriber subscriber) {
        readers--;
        failed.add(subscriber);
    }

    private void got(Subscriber subscriber, EventId asked, EventLog.ReadResult reading) {
        readers--;
        if (!subscriber.closed()) {
            if (!asked.equals(subscriber.cursor())) {
                // It was moved on meanwhile: this is of the log before.
                subscriber.scheduled(false);
                add(subscriber);
            } else if (reading instanceof EventLog.ReadResult.Page page) {
                handPage(subscriber, page.entries());
            } else {
                handGap(subscriber);
            }
        }
        read();
    }

    private void handPage(Subscriber subscriber, List<LogEntry> entries) {
        if (entries.isEmpty() && window.tip().isAfter(subscriber.cursor())) {
            // The log ends before what was delivered from it. To ask again at once would be to ask without end.
            failed.add(subscriber);
            return;
        }
        conflation.look(subscriber, entries.size());
        boolean takes = subscriber.writable();
        int taken = 0;
        while (takes && taken < entries.size()) {
            Window.WindowEntry slot = new Window.WindowEntry(entries.get(taken));
            takes = hand(subscriber, slot);
            slot.release();
            taken++;
        }
        // What it does not take is read again: of large events, or by a slow client, that would soon be most of it.
        subscriber.pageSize(takes ? Math.min(pace.entriesAPage(), 2 * subscriber.pageSize()) : Math.max(1, taken));
        conclude(subscriber, takes);
    }

    private void handGap(Subscriber subscriber) {
        EventId tip = window.tip();
        boolean takes = subscriber.offer(
                Gap.of(Gap.Reason.HISTORY_EVICTED, subscriber.cursor().toString(), tip));
        if (takes) {
            counters.gapTold(Gap.Reason.HISTORY_EVICTED);
            subscriber.advance(tip);
        }
        conclude(subscriber, takes);
    }

    /**
     * Those who wait for a reader of the log. Credentials take turns, so that one which has a thousand streams far behind does
     * not make another's only one wait for all of them. Owned by the hub's loop.
     */
    static final class ReaderQueue {

        private final Map<StreamPermit, ArrayDeque<Subscriber>> waiting = new LinkedHashMap<>();

        void add(Subscriber subscriber) {
            waiting.computeIfAbsent(subscriber.permit(), first -> new ArrayDeque<>())
                    .add(subscriber);
        }

        void addAll(Collection<Subscriber> subscribers) {
            subscribers.forEach(this::add);
        }

        /** The next one, or null. */
        @Nullable
        Subscriber poll() {
            if (waiting.isEmpty()) {
                return null;
            }
            Map.Entry<StreamPermit, ArrayDeque<Subscriber>> turn =
                    waiting.entrySet().iterator().next();
            StreamPermit permit = turn.getKey();
            ArrayDeque<Subscriber> subscribers = turn.getValue();
            waiting.remove(permit);
            Subscriber next = subscribers.remove();
            if (!subscribers.isEmpty()) {
                waiting.put(permit, subscribers);
            }
            return next;
        }
    }
}
