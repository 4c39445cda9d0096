package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.LogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** All subscribers of this hub, and the index of what each of them wants. Owned by the hub's loop. */
final class Subscribers {

    private final SubscriptionIndex index = new SubscriptionIndex();
    private final SubscriptionIndex.SubscriberSet everyone = new SubscriptionIndex.SubscriberSet();

    void join(Subscriber subscriber) {
        subscriber.membership(
                new Subscriber.Membership(index.add(subscriber, subscriber.subscription()), everyone.add(subscriber)));
    }

    /** Removes a subscriber; false if it was removed before. */
    boolean leave(Subscriber subscriber) {
        Subscriber.Membership membership = subscriber.membership();
        if (membership == null) {
            return false;
        }
        index.remove(membership.index());
        everyone.remove(membership.everyone());
        subscriber.membership(null);
        return true;
    }

    /** Calls the action once for each subscriber that gets this entry; no subscriber may join or leave meanwhile. */
    void forEachSubscriber(LogEntry entry, Consumer<Subscriber> action) {
        if (entry instanceof Event event) {
            index.forEachSubscriber(event.envelope(), action);
        } else if (entry instanceof LogEntry.GapEntry) {
            everyone.forEach(action);
        }
    }

    /** A copy of the current list of streams. */
    List<SseStream> streams() {
        return only(SseStream.class);
    }

    /** A copy of the current list of polls. */
    List<PendingPoll> polls() {
        return only(PendingPoll.class);
    }

    /** A copy of the current list of all subscribers. */
    List<Subscriber> all() {
        return only(Subscriber.class);
    }

    private <S extends Subscriber> List<S> only(Class<S> kind) {
        List<S> selected = new ArrayList<>();
        everyone.forEach(subscriber -> {
            if (kind.isInstance(subscriber)) {
                selected.add(kind.cast(subscriber));
            }
        });
        return selected;
    }

    /** Whether no subscriber is left, neither in the set nor in the index. */
    boolean isEmpty() {
        return everyone.isEmpty() && index.isEmpty();
    }
}
