package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.loop.OwnerLoop;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Delivers batches to live subscribers: each entry goes through the index to the subscribers that want it, with one
 * flush for each of them. Owned by the hub's loop.
 *
 * <p>A turn of the event loop must stay short however many subscribers there are. An entry is always written to all
 * its subscribers within one turn, which keeps every live subscriber at the hub's position; whom there is no memory to
 * write it to is no longer live. A write is cheap; a flush
 * is a system call. So only as many subscribers are flushed as a turn can take, and the others follow in later turns,
 * between which the sockets are served; entries that arrive meanwhile share the same flush. A flush directly after
 * the last write finds the connection still in the processor's cache, which saves a tenth of a delivery.
 */
final class LiveDelivery {

    /**
     * Limits how much of a turn live delivery may use.
     *
     * @param writesATurn after this many writes no further entry is begun; an entry is never divided
     * @param flushesATurn the most flushes in one turn
     */
    record Pace(int writesATurn, int flushesATurn) {

        /** About 4 ms each: a write costs a tenth of a flush. */
        static final Pace USUAL = new Pace(8_192, 512);
    }

    private final OwnerLoop loop;
    private final Window window;
    private final Conflation.SupersededEvents newest;
    private final SubscriptionIndex subscribers;
    private final CatchUp catchUp;
    private final HubCounters counters;
    private final Pace pace;

    /** Batches to be written, oldest first; the first one may be written in part. */
    private final ArrayDeque<Writing> toWrite = new ArrayDeque<>();

    /** Subscribers that were written to and not yet flushed. */
    private final ArrayDeque<Subscriber> dirty = new ArrayDeque<>();

    /** Batches that were written but not yet flushed to every subscriber, oldest first. */
    private final ArrayDeque<Flushing> toFlush = new ArrayDeque<>();

    /** How many subscribers were taken off {@link #dirty} so far. */
    private long flushed;

    /** Whether another turn is scheduled. */
    private boolean turnScheduled;

    private boolean delivering;

    LiveDelivery(
            OwnerLoop loop,
            Window window,
            Conflation.SupersededEvents newest,
            SubscriptionIndex subscribers,
            CatchUp catchUp,
            HubCounters counters,
            Pace pace) {
        this.loop = loop;
        this.window = window;
        this.newest = newest;
        this.subscribers = subscribers;
        this.catchUp = catchUp;
        this.counters = counters;
        this.pace = pace;
    }

    /** A batch that is being written: the next entry, and how many times its entries were accepted so far. */
    private static final class Writing {

        private final HubBus.Signal.EventBatch batch;
        private int next;
        private int taken;

        private Writing(HubBus.Signal.EventBatch batch) {
            this.batch = batch;
        }
    }

    /**
     * A batch that is written.
     *
     * @param taken how many times its entries were accepted by a subscriber
     * @param until the value of {@link #flushed} at which all of them are flushed
     */
    private record Flushing(long receivedNanos, int taken, long until) {}

    /** Whether an entry is being delivered through the index, so that no subscriber may join or leave. */
    boolean delivering() {
        return delivering;
    }

    /** Whether nothing is left to be written or flushed. */
    boolean idle() {
        return toWrite.isEmpty() && dirty.isEmpty();
    }

    void deliver(HubBus.Signal.EventBatch batch) {
        toWrite.add(new Writing(batch));
        if (!turnScheduled) {
            turn();
        }
    }

    /** The log has reached this position. */
    void reached(EventId position) {
        if (toWrite.isEmpty() && position.isAfter(window.tip())) {
            missed(position);
            catchUp.hubAdvanced();
        }
    }

    /** Entries up to this position did not arrive here. Live subscribers fall behind and get them from the log. */
    private void missed(EventId upTo) {
        EventId before = window.tip();
        catchUp.beginAnew(upTo);
        for (Subscriber subscriber : subscribers.all()) {
            if (subscriber.live()) {
                subscriber.fallBehind(before, counters);
            }
            catchUp.add(subscriber);
        }
    }

    /** Drops entries that are not written yet, since their log is lost. */
    void forget() {
        toWrite.clear();
    }

    private void turn() {
        turnScheduled = false;
        try {
            int flushes = write();
            flush(pace.flushesATurn() - flushes);
        } finally {
            // Also after a write has thrown: the batches behind it must still be delivered.
            if (!toWrite.isEmpty() || !dirty.isEmpty()) {
                turnScheduled = true;
                loop.afterSockets(this::turn);
            }
        }
    }

    /** Writes entries; returns the number of subscribers that were flushed directly. */
    private int write() {
        int flushes = 0;
        int writes = 0;
        while (writes < pace.writesATurn() && !toWrite.isEmpty()) {
            Writing writing = toWrite.element();
            List<LogEntry> entries = writing.batch.entries();
            EventId after = writing.batch.after();
            if (writing.next == 0 && after != null && after.isAfter(window.tip())) {
                missed(after);
            }
            LogEntry entry = entries.get(writing.next++);
            boolean last = writing.next == entries.size();
            if (last) {
                toWrite.remove();
            }
            writes++;
            if (entry.id().isAfter(window.tip())) {
                Offer offer = offer(entry, toWrite.isEmpty() ? pace.flushesATurn() - dirty.size() : 0);
                writing.taken += offer.taken;
                writes += offer.taken;
                flushes += offer.flushes;
            }
            if (last) {
                if (writing.taken > 0) {
                    toFlush.add(new Flushing(writing.batch.receivedNanos(), writing.taken, flushed + dirty.size()));
                }
                catchUp.hubAdvanced();
            }
        }
        return flushes;
    }

    private Offer offer(LogEntry entry, int mostDirect) {
        EventId before = window.tip();
        if (entry instanceof Event event) {
            newest.remember(event);
        }
        Offer offer = new Offer(window.add(entry), before, mostDirect);
        delivering = true;
        try {
            subscribers.forEachSubscriber(entry, offer);
        } finally {
            delivering = false;
        }
        counters.delivered(entry, offer.taken);
        return offer;
    }

    private void flush(int most) {
        for (int flushes = 0; flushes < most && !dirty.isEmpty(); flushes++) {
            Subscriber next = dirty.remove();
            next.dirty(false);
            flushed++;
            next.flushOrAnswer();
        }
        long now = System.nanoTime();
        while (!toFlush.isEmpty() && toFlush.element().until() <= flushed) {
            Flushing done = toFlush.remove();
            counters.latency(now - done.receivedNanos(), done.taken());
        }
    }

    /** The delivery of one entry to its live subscribers; created once per entry, not per subscriber. */
    private final class Offer implements Consumer<Subscriber> {

        private final Window.WindowEntry entry;
        private final EventId before;
        private final int mostDirect;
        private int flushes;
        private int taken;

        /** Whether there was no memory for the frame. Whoever has not got the entry by then gets it later. */
        private boolean withoutFrame;

        /** @param mostDirect how many subscribers may be flushed directly after the write, since no further entry waits */
        private Offer(Window.WindowEntry entry, EventId before, int mostDirect) {
            this.entry = entry;
            this.before = before;
            this.mostDirect = mostDirect;
        }

        @Override
        public void accept(Subscriber subscriber) {
            if (!subscriber.live()) {
                return;
            }
            boolean direct = flushes < mostDirect && !subscriber.dirty() && subscriber.staysWhenFlushed();
            if (!direct && !subscriber.dirty()) {
                subscriber.dirty(true);
                dirty.add(subscriber);
            }
            boolean took = !withoutFrame && offer(subscriber);
            if (took) {
                taken++;
            }
            if (!took || !subscriber.writable()) {
                subscriber.fallBehind(took ? entry.id() : before, counters);
            }
            if (withoutFrame) {
                catchUp.later(subscriber);
            }
            if (direct) {
                flushes++;
                subscriber.flushOrAnswer();
            }
        }

        private boolean offer(Subscriber subscriber) {
            try {
                return subscriber.offer(entry);
            } catch (OutOfMemoryError outsideTheHeap) {
                withoutFrame = true;
                return false;
            }
        }
    }
}
