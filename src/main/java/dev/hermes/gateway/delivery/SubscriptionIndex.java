package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Envelope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The index from channel, key and filters to subscribers. An event finds its subscribers by two look-ups, and each
 * distinct combination of filters is tested once however many subscribers share it: the cost depends on the number of
 * subscribers that want the event, not on the number connected. Owned by the hub's loop.
 */
final class SubscriptionIndex {

    /** The subscribers of one channel and key (or of all its keys), by their filters. */
    private record Listeners(Map<Map<String, Set<String>>, SubscriberSet> byFilters) {

        void forEach(Envelope envelope, Consumer<Subscriber> action) {
            byFilters.forEach((filters, subscribers) -> {
                if (Subscription.ChannelFilter.passes(filters, envelope)) {
                    subscribers.forEach(action);
                }
            });
        }
    }

    private record ChannelListeners(Listeners ofAnyKey, Map<String, Listeners> byKey) {

        boolean isEmpty() {
            return ofAnyKey.byFilters().isEmpty() && byKey.isEmpty();
        }
    }

    /** Where one subscriber stands in the index. */
    record Registration(List<Place> places) {

        private record Place(
                String channel,
                String key,
                boolean keyed,
                Map<String, Set<String>> filters,
                SubscriberSet.Membership membership) {}
    }

    private final Map<String, ChannelListeners> channels = new HashMap<>();

    Registration add(Subscriber subscriber, Subscription subscription) {
        List<Registration.Place> places = new ArrayList<>(1);
        subscription.interests().forEach((channel, interest) -> {
            ChannelListeners listeners = channels.computeIfAbsent(
                    channel, name -> new ChannelListeners(new Listeners(new HashMap<>(2)), new HashMap<>(2)));
            if (interest.keys() == null) {
                places.add(place(subscriber, channel, "", false, interest.filters(), listeners.ofAnyKey()));
            } else {
                for (String key : interest.keys()) {
                    Listeners ofKey = listeners.byKey().computeIfAbsent(key, name -> new Listeners(new HashMap<>(2)));
                    places.add(place(subscriber, channel, key, true, interest.filters(), ofKey));
                }
            }
        });
        return new Registration(List.copyOf(places));
    }

    private static Registration.Place place(
            Subscriber subscriber,
            String channel,
            String key,
            boolean keyed,
            Map<String, Set<String>> filters,
            Listeners listeners) {
        SubscriberSet set = listeners.byFilters().computeIfAbsent(filters, any -> new SubscriberSet());
        return new Registration.Place(channel, key, keyed, filters, set.add(subscriber));
    }

    void remove(Registration registration) {
        registration.places().forEach(this::remove);
    }

    private void remove(Registration.Place place) {
        ChannelListeners channel = channels.get(place.channel());
        Listeners listeners =
                channel == null ? null : place.keyed() ? channel.byKey().get(place.key()) : channel.ofAnyKey();
        if (channel == null || listeners == null) {
            throw new IllegalStateException("removed twice: channel=" + place.channel());
        }
        SubscriberSet set = place.membership().set();
        set.remove(place.membership());
        if (set.isEmpty()) {
            listeners.byFilters().remove(place.filters());
            if (place.keyed() && listeners.byFilters().isEmpty()) {
                channel.byKey().remove(place.key());
            }
            if (channel.isEmpty()) {
                channels.remove(place.channel());
            }
        }
    }

    /** Calls the action once for each subscriber that wants this event. */
    void forEachListener(Envelope envelope, Consumer<Subscriber> action) {
        ChannelListeners channel = channels.get(envelope.channel());
        if (channel == null) {
            return;
        }
        channel.ofAnyKey().forEach(envelope, action);
        if (envelope.key() != null && !channel.byKey().isEmpty()) {
            Listeners ofKey = channel.byKey().get(envelope.key());
            if (ofKey != null) {
                ofKey.forEach(envelope, action);
            }
        }
    }

    boolean isEmpty() {
        return channels.isEmpty();
    }

    /**
     * Subscribers in no particular order, with removal in constant time: each membership knows its index. Owned by
     * the hub's loop. Must not change while {@link #forEach} runs; the hub therefore removes no subscriber while an
     * entry is being delivered.
     */
    static final class SubscriberSet {

        /** One subscriber in one set. */
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
}
