package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventBatch;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * Takes a batch to those who are live: each entry through the index to its listeners, and one flush each at the end. Owned
 * by the hub's loop.
 */
final class LiveDelivery {

    private final Window window;
    private final NewestEvents newest;
    private final Roster roster;
    private final CatchUp catchUp;
    private final HubCounters counters;
    private final ArrayDeque<Subscriber> dirty = new ArrayDeque<>();
    private boolean underWay;

    LiveDelivery(Window window, NewestEvents newest, Roster roster, CatchUp catchUp, HubCounters counters) {
        this.window = window;
        this.newest = newest;
        this.roster = roster;
        this.catchUp = catchUp;
        this.counters = counters;
    }

    /** Whether an entry is on its way through the index, so that nobody may join or leave. */
    boolean underWay() {
        return underWay;
    }

    void deliver(EventBatch batch) {
        int taken = 0;
        underWay = true;
        try {
            for (LogEntry entry : batch.entries()) {
                EventId before = window.tip();
                if (entry.id().isAfter(before)) {
                    if (entry instanceof Event event) {
                        newest.remember(event);
                    }
                    Offer offer = new Offer(window.add(entry), before);
                    roster.forEachListener(entry, offer);
                    counters.handed(entry, offer.taken);
                    taken += offer.taken;
                }
            }
        } finally {
            underWay = false;
        }
        settle();
        catchUp.hubAdvanced();
        if (taken > 0) {
            counters.latency(System.nanoTime() - batch.receivedNanos(), taken);
        }
    }

    private void settle() {
        for (Subscriber next = dirty.poll(); next != null; next = dirty.poll()) {
            next.dirty(false);
            next.settle();
        }
    }

    /** One entry on its way to its live listeners; made once per entry, not per listener. */
    private final class Offer implements Consumer<Subscriber> {

        private final Slot slot;
        private final EventId before;
        private int taken;

        private Offer(Slot slot, EventId before) {
            this.slot = slot;
            this.before = before;
        }

        @Override
        public void accept(Subscriber subscriber) {
            if (!subscriber.live()) {
                return;
            }
            if (!subscriber.dirty()) {
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
        }
    }
}
