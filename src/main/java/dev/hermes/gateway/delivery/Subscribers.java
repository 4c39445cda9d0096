package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.LogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Everybody on this hub, and by the index who of them listens to what. Owned by the hub's loop. */
final class Subscribers {

    private final SubscriptionIndex index = new SubscriptionIndex();
    private final SubscriptionIndex.SubscriberSet everyone = new SubscriptionIndex.SubscriberSet();

    void join(Subscriber subscriber) {
        subscriber.membership(
                new Subscriber.Membership(index.add(subscriber, subscriber.subscription()), everyone.add(subscriber)));
    }

    /** False when it was off already. */
    boolean leave(Subscriber subscriber) {
        Subscriber.Membership places = subscriber.membership();
        if (places == null) {
            return false;
        }
        index.remove(places.index());
        everyone.remove(places.everyone());
        subscriber.membership(null);
        return true;
    }

    /** Calls the action for each subscriber that is told of this entry, each once; nobody may join or leave meanwhile. */
    void forEachListener(LogEntry entry, Consumer<Subscriber> action) {
        if (entry instanceof Event event) {
            index.forEachListener(event.envelope(), action);
        } else if (entry instanceof LogEntry.GapEntry) {
            everyone.forEach(action);
        }
    }

    /** Those who stream now; the list stays as it is when they leave. */
    List<SseStream> streams() {
        return only(SseStream.class);
    }

    /** Those who poll now; the list stays as it is when they leave. */
    List<PendingPoll> polls() {
        return only(PendingPoll.class);
    }

    /** Everybody now; the list stays as it is when they leave. */
    List<Subscriber> all() {
        return only(Subscriber.class);
    }

    private <S extends Subscriber> List<S> only(Class<S> kind) {
        List<S> those = new ArrayList<>();
        everyone.forEach(subscriber -> {
            if (kind.isInstance(subscriber)) {
                those.add(kind.cast(subscriber));
            }
        });
        return those;
    }

    /** Whether nobody is left, nowhere. */
    boolean isEmpty() {
        return everyone.isEmpty() && index.isEmpty();
    }
}
