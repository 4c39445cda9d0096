package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.LogEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All subscribers of a hub, and the index from channel, key and filters to them. An event finds its subscribers by two look-ups, and each
 * distinct combination of filters is tested once however many subscribers share it: the cost depends on the number of
 * subscribers that want the event, not on the number connected. Owned by the hub's loop.
 */
final class SubscriptionIndex {

    /** The subscribers of one channel and key (or of all its keys). */
    private static final class KeySubscribers {

        private final SubscriberSet unfiltered = new SubscriberSet();

        /** Those with filters; null while there are none, as with most keys: a map for each would cost as much as a stream's cursor. */
        private @Nullable Map<Map<String, Set<String>>, SubscriberSet> byFilters;

        SubscriberSet with(Map<String, Set<String>> filters) {
            if (filters.isEmpty()) {
                return unfiltered;
            }
            if (byFilters == null) {
                byFilters = new HashMap<>(2);
            }
            return byFilters.computeIfAbsent(filters, any -> new SubscriberSet());
        }

        /** The set of those without filters stays, since it costs no map. */
        void forgetIfEmpty(Map<String, Set<String>> filters, SubscriberSet left) {
            if (byFilters != null && left.isEmpty()) {
                byFilters.remove(filters);
                byFilters = byFilters.isEmpty() ? null : byFilters;
            }
        }

        void forEach(Envelope envelope, Consumer<Subscriber> action) {
            unfiltered.forEach(action);
            if (byFilters != null) {
                byFilters.forEach((filters, subscribers) -> {
                    if (Subscription.ChannelFilter.passes(filters, envelope)) {
                        subscribers.forEach(action);
                    }
                });
            }
        }

        boolean isEmpty() {
            return unfiltered.isEmpty() && byFilters == null;
        }
    }

    private record ChannelSubscribers(KeySubscribers ofAnyKey, Map<String, KeySubscribers> byKey) {

        boolean isEmpty() {
            return ofAnyKey.isEmpty() && byKey.isEmpty();
        }
    }

    /** A place of one subscriber in the index: under a channel, one key of it or all, and filters. */
    static final class Place extends SubscriberSet.Membership {

        private final String channel;
        private final @Nullable String key;
        private final Map<String, Set<String>> filters;

        /** The next place of the same subscriber; most have one only. */
        private final @Nullable Place next;

        private Place(
                SubscriberSet set,
                Subscriber subscriber,
                String channel,
                @Nullable String key,
                Map<String, Set<String>> filters,
                @Nullable Place next) {
            super(set, subscriber);
            this.channel = channel;
            this.key = key;
            this.filters = filters;
            this.next = next;
        }
    }

    private final Map<String, ChannelSubscribers> channels = new HashMap<>();
    private final SubscriberSet everyone = new SubscriberSet();

    void join(Subscriber subscriber) {
        SubscriberSet.Membership amongAll = new SubscriberSet.Membership(everyone, subscriber);
        everyone.add(amongAll);
        subscriber.indexed(amongAll, add(subscriber, subscriber.subscription()));
    }

    /** Removes a subscriber; false if it was removed before. */
    boolean leave(Subscriber subscriber) {
        SubscriberSet.Membership amongAll = subscriber.amongAll();
        if (amongAll == null) {
            return false;
        }
        remove(subscriber.places());
        everyone.remove(amongAll);
        subscriber.left();
        return true;
    }

    /** Adds a subscriber under all that a subscription wants; null if that is nothing. */
    @Nullable
    Place add(Subscriber subscriber, Subscription subscription) {
        Place places = null;
        for (Map.Entry<String, Subscription.ChannelFilter> wanted :
                subscription.interests().entrySet()) {
            String channel = wanted.getKey();
            Subscription.ChannelFilter interest = wanted.getValue();
            ChannelSubscribers subscribers = channels.computeIfAbsent(
                    channel, name -> new ChannelSubscribers(new KeySubscribers(), new HashMap<>(2)));
            if (interest.keys() == null) {
                places = place(subscriber, channel, null, interest.filters(), subscribers.ofAnyKey(), places);
            } else {
                for (String key : interest.keys()) {
                    KeySubscribers ofKey = subscribers.byKey().computeIfAbsent(key, name -> new KeySubscribers());
                    places = place(subscriber, channel, key, interest.filters(), ofKey, places);
                }
            }
        }
        return places;
    }

    private static Place place(
            Subscriber subscriber,
            String channel,
            @Nullable String key,
            Map<String, Set<String>> filters,
            KeySubscribers subscribers,
            @Nullable Place next) {
        SubscriberSet set = subscribers.with(filters);
        Place place = new Place(set, subscriber, channel, key, filters, next);
        set.add(place);
        return place;
    }

    /** Removes a subscriber from these places. */
    void remove(@Nullable Place places) {
        for (Place place = places; place != null; place = place.next) {
            removeOne(place);
        }
    }

    private void removeOne(Place place) {
        ChannelSubscribers channel = channels.get(place.channel);
        KeySubscribers subscribers = channel == null
                ? null
                : place.key == null ? channel.ofAnyKey() : channel.byKey().get(place.key);
        if (channel == null || subscribers == null) {
            throw new IllegalStateException("removed twice: channel=" + place.channel);
        }
        place.set().remove(place);
        subscribers.forgetIfEmpty(place.filters, place.set());
        if (place.key != null && subscribers.isEmpty()) {
            channel.byKey().remove(place.key);
        }
        if (channel.isEmpty()) {
            channels.remove(place.channel);
        }
    }

    /** Calls the action once for each subscriber that gets this entry; no subscriber may join or leave meanwhile. */
    void forEachSubscriber(LogEntry entry, Consumer<Subscriber> action) {
        if (entry instanceof Event event) {
            forEachSubscriber(event.envelope(), action);
        } else if (entry instanceof LogEntry.GapEntry) {
            everyone.forEach(action);
        }
    }

    /** Calls the action once for each subscriber that wants this event. */
    void forEachSubscriber(Envelope envelope, Consumer<Subscriber> action) {
        ChannelSubscribers channel = channels.get(envelope.channel());
        if (channel == null) {
            return;
        }
        channel.ofAnyKey().forEach(envelope, action);
        if (envelope.key() != null && !channel.byKey().isEmpty()) {
            KeySubscribers ofKey = channel.byKey().get(envelope.key());
            if (ofKey != null) {
                ofKey.forEach(envelope, action);
            }
        }
    }

    /** A copy of the current list of streams. */
    List<SseStream> streams() {
        return only(SseStream.class);
    }

    /** The stream with this id; null if there is none. */
    @Nullable
    SseStream streamOf(String id) {
        UUID uniquePart = SseStream.uniquePart(id);
        return uniquePart == null
                ? null
                : streams().stream()
                        .filter(stream -> stream.has(uniquePart))
                        .findFirst()
                        .orElse(null);
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

    /** Whether no subscriber is left, neither among all nor under any channel. */
    boolean isEmpty() {
        return everyone.isEmpty() && channels.isEmpty();
    }

    /**
     * Subscribers in no particular order, with removal in constant time: each membership knows its index. Owned by
     * the hub's loop. Must not change while {@link #forEach} runs; the hub therefore removes no subscriber while an
     * entry is being delivered.
     */
    static final class SubscriberSet {

        /** One subscriber in one set. */
        static class Membership {

            private final SubscriberSet set;
            private final Subscriber subscriber;
            private int index;

            Membership(SubscriberSet set, Subscriber subscriber) {
                this.set = set;
                this.subscriber = subscriber;
            }

            final SubscriberSet set() {
                return set;
            }
        }

        private static final Membership[] NONE = {};

        private Membership[] members = NONE;
        private int size;

        void add(Membership joining) {
            assert joining.set == this;
            if (size == members.length) {
                members = Arrays.copyOf(members, Math.max(1, size + (size >> 1) + 1));
            }
            joining.index = size;
            members[size++] = joining;
        }

        @SuppressWarnings("NullAway") // An index at or after size is never read.
        void remove(Membership leaving) {
            assert leaving.index < size && members[leaving.index] == leaving;
            Membership last = members[--size];
            members[leaving.index] = last;
            last.index = leaving.index;
            members[size] = null;
            if (members.length > 16 && size < members.length / 4) {
                members = Arrays.copyOf(members, members.length / 2);
            }
        }

        void forEach(Consumer<Subscriber> action) {
            for (int index = 0; index < size; index++) {
                action.accept(members[index].subscriber);
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
