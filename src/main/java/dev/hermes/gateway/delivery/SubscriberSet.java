package dev.hermes.gateway.delivery;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Subscribers in no particular order, with removal in constant time: each membership knows its place. Owned by the hub's
 * loop. Must not change while {@link #forEach} runs; the hub therefore lets nobody leave in the middle of a batch.
 */
final class SubscriberSet {

    /** One subscriber's place in one set. */
    static final class Membership {

        private final SubscriberSet set;
        private final Subscriber subscriber;
        private int place;

        private Membership(SubscriberSet set, Subscriber subscriber, int place) {
            this.set = set;
            this.subscriber = subscriber;
            this.place = place;
        }

        SubscriberSet set() {
            return set;
        }
    }

    private static final Membership[] NONE = {};

    private Membership[] members = NONE;
    private int size;

    Membership add(Subscriber subscriber) {
        if (size == members.length) {
            members = Arrays.copyOf(members, Math.max(1, size + (size >> 1) + 1));
        }
        Membership membership = new Membership(this, subscriber, size);
        members[size++] = membership;
        return membership;
    }

    @SuppressWarnings("NullAway") // A place at or after size is never read.
    void remove(Membership leaving) {
        Membership last = members[--size];
        members[leaving.place] = last;
        last.place = leaving.place;
        members[size] = null;
        if (members.length > 16 && size < members.length / 4) {
            members = Arrays.copyOf(members, members.length / 2);
        }
    }

    void forEach(Consumer<Subscriber> action) {
        for (int place = 0; place < size; place++) {
            action.accept(members[place].subscriber);
        }
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }
}
