package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.loop.OwnerLoop;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Takes batches to those who are live: each entry through the index to its listeners, and one flush each. Owned by the
 * hub's loop.
 *
 * <p>A turn of the loop must stay short however many listen. An entry is always written to all of its listeners in one
 * turn, which is what keeps everybody at the hub's position. To write is cheap; to flush is a system call. So as many are
 * flushed as a turn can take, and the others follow in turns of their own, between which sockets are looked at; what comes
 * meanwhile goes with the same flush. A flush right after the last write finds the connection still in the processor's
 * cache, which is worth a tenth of a delivery.
 */
final class LiveDelivery {

    /**
     * How much of a turn live delivery may take.
     *
     * @param writesATurn after so many no further entry is begun; one is never divided
     * @param flushesATurn so many at most
     */
    record Pace(int writesATurn, int flushesATurn) {

        /** Some 4 ms each: to write costs a tenth of a flush. */
        static final Pace USUAL = new Pace(8_192, 512);
    }

    private final OwnerLoop loop;
    private final Window window;
    private final Conflation.SupersededEvents newest;
    private final Subscribers subscribers;
    private final CatchUp catchUp;
    private final HubCounters counters;
    private final Pace pace;

    /** Batches that came, oldest first; the first one may be written in part. */
    private final ArrayDeque<Writing> toWrite = new ArrayDeque<>();

    /** Those who were written to and not flushed. */
    private final ArrayDeque<Subscriber> dirty = new ArrayDeque<>();

    /** Batches that were written and not yet flushed to the last listener, oldest first. */
    private final ArrayDeque<Flushing> toFlush = new ArrayDeque<>();

    /** Subscribers taken off the queue so far. */
    private long flushed;

    /** Whether another turn is asked for. */
    private boolean turnComes;

    private boolean underWay;

    LiveDelivery(
            OwnerLoop loop,
            Window window,
            Conflation.SupersededEvents newest,
            Subscribers subscribers,
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

    /** A batch of which so many entries are written, to so many listeners together. */
    private static final class Writing {

        private final HubSignal.EventBatch batch;
        private int next;
        private int taken;

        private Writing(HubSignal.EventBatch batch) {
            this.batch = batch;
        }
    }

    /**
     * A batch that is written.
     *
     * @param taken how often an event of it was handed to somebody
     * @param until {@link #flushed} when the last of them has it
     */
    private record Flushing(long receivedNanos, int taken, long until) {}

    /** Whether an entry is on its way through the index, so that nobody may join or leave. */
    boolean underWay() {
        return underWay;
    }

    /** Whether nothing is on its way. */
    boolean idle() {
        return toWrite.isEmpty() && dirty.isEmpty();
    }

    void deliver(HubSignal.EventBatch batch) {
        toWrite.add(new Writing(batch));
        if (!turnComes) {
            turn();
        }
    }

    /** The log was told up to there. */
    void reached(EventId position) {
        if (toWrite.isEmpty() && position.isAfter(window.tip())) {
            missed(position);
            catchUp.hubAdvanced();
        }
    }

    /** What lies between did not come here. The log has it, and those who are live read it there. */
    private void missed(EventId upTo) {
        EventId before = window.tip();
        window.clear(upTo);
        for (Subscriber subscriber : subscribers.all()) {
            if (subscriber.live()) {
                counters.catchingUp(1);
                subscriber.fallBehind(before);
            }
            catchUp.add(subscriber);
        }
    }

    /** Drops what is not written: it is of a log that is no more. */
    void forget() {
        toWrite.clear();
    }

    private void turn() {
        turnComes = false;
        try {
            int flushes = write();
            flush(pace.flushesATurn() - flushes);
        } finally {
            // Also when a write has thrown: it must not silence those behind it.
            if (!toWrite.isEmpty() || !dirty.isEmpty()) {
                turnComes = true;
                loop.afterSockets(this::turn);
            }
        }
    }

    /** Returns how many were flushed at once. */
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

    private Offer offer(LogEntry entry, int atOnce) {
        EventId before = window.tip();
        if (entry instanceof Event event) {
            newest.remember(event);
        }
        Offer offer = new Offer(window.add(entry), before, atOnce);
        underWay = true;
        try {
            subscribers.forEachListener(entry, offer);
        } finally {
            underWay = false;
        }
        counters.handed(entry, offer.taken);
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

    /** One entry on its way to its live listeners; made once per entry, not per listener. */
    private final class Offer implements Consumer<Subscriber> {

        private final Window.WindowEntry slot;
        private final EventId before;
        private final int atOnce;
        private int flushes;
        private int taken;

        /** @param atOnce to how many a flush may follow the write at once, since nothing more is to be written */
        private Offer(Window.WindowEntry slot, EventId before, int atOnce) {
            this.slot = slot;
            this.before = before;
            this.atOnce = atOnce;
        }

        @Override
        public void accept(Subscriber subscriber) {
            if (!subscriber.live()) {
                return;
            }
            boolean alone = flushes < atOnce && !subscriber.dirty() && subscriber.staysWhenFlushed();
            if (!alone && !subscriber.dirty()) {
                subscriber.dirty(true);
                dirty.add(subscriber);
            }
            boolean took = subscriber.offer(slot);
            if (took) {
                taken++;
            }
            if (!took || !subscriber.writable()) {
                counters.catchingUp(1);
                subscriber.fallBehind(took ? slot.id() : before);
            }
            if (alone) {
                flushes++;
                subscriber.flushOrAnswer();
            }
        }
    }
}
