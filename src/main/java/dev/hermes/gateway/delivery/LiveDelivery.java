package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventBatch;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.Hole;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.GapReason;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * Takes what is new to whoever is live and listens to it, and settles them once at the end of the batch, whatever it held.
 * Nothing is made for a single listener on the way. Owned by the hub's loop.
 */
final class LiveDelivery {

    private final Window window;
    private final SubscriptionIndex index;
    private final SubscriberSet everyone;
    private final HubCounters counters;

    /** Those who were offered something and are to be settled. Who settles may fail: the others keep their places. */
    private final ArrayDeque<Subscriber> dirty = new ArrayDeque<>();

    private boolean delivering;

    LiveDelivery(Window window, SubscriptionIndex index, SubscriberSet everyone, HubCounters counters) {
        this.window = window;
        this.index = index;
        this.everyone = everyone;
        this.counters = counters;
    }

    /** Whether an entry is on its way through the index, which must not change then. */
    boolean delivering() {
        return delivering;
    }

    /** Delivers what the hub does not have yet; returns how many times an entry was handed over. */
    int deliver(EventBatch batch) {
        int deliveries = 0;
        delivering = true;
        try {
            for (LogEntry entry : batch.entries()) {
                EventId before = window.tip();
                if (entry.id().isAfter(before)) {
                    deliveries += deliver(window.add(entry), before);
                }
            }
        } finally {
            delivering = false;
        }
        settle();
        return deliveries;
    }

    private int deliver(Slot slot, EventId before) {
        Offer offer = new Offer(slot, before);
        if (slot.entry() instanceof Event event) {
            index.forEachListener(event.envelope(), offer);
            if (offer.taken > 0) {
                counters.delivered(event.envelope().channel(), offer.taken);
            }
        } else if (slot.entry() instanceof Hole) {
            everyone.forEach(offer);
            counters.gapsTold(GapReason.SOURCE_HOLE, offer.taken);
        }
        return offer.taken;
    }

    private void settle() {
        for (Subscriber next = dirty.poll(); next != null; next = dirty.poll()) {
            next.dirty(false);
            next.settle();
        }
    }

    /** One entry on its way to all live listeners; made once per entry, not per listener. */
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
