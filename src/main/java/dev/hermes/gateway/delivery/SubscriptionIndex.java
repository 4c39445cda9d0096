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

    /** The subscribers of one channel and key (or of all its keys), by their filters. */
    private record KeySubscribers(Map<Map<String, Set<String>>, SubscriberSet> byFilters) {

        void forEach(Envelope envelope, Consumer<Subscriber> action) {
            byFilters.forEach((filters, subscribers) -> {
                if (Subscription.ChannelFilter.passes(filters, envelope)) {
                    subscribers.forEach(action);
                }
            });
        }
    }

    private record ChannelSubscribers(KeySubscribers ofAnyKey, Map<String, KeySubscribers> byKey) {

        boolean isEmpty() {
            return ofAnyKey.byFilters().isEmpty() && byKey.isEmpty();
        }
    }

    /** Where one subscriber stands in the index. */
    record Registration(List<Entry> entries) {

        private record Entry(
                String channel,
                String key,
                boolean keyed,
                Map<String, Set<String>> filters,
                SubscriberSet.Membership membership) {}
    }

    private final Map<String, ChannelSubscribers> channels = new HashMap<>();
    private final SubscriberSet everyone = new SubscriberSet();

    void join(Subscriber subscriber) {
        subscriber.membership(
                new Subscriber.Membership(add(subscriber, subscriber.subscription()), everyone.add(subscriber)));
    }

    /** Removes a subscriber; false if it was removed before. */
    boolean leave(Subscriber subscriber) {
        Subscriber.Membership membership = subscriber.membership();
        if (membership == null) {
            return false;
        }
        remove(membership.index());
        everyone.remove(membership.everyone());
        subscriber.membership(null);
        return true;
    }

    Registration add(Subscriber subscriber, Subscription subscription) {
        List<Registration.Entry> entries = new ArrayList<>(1);
        subscription.interests().forEach((channel, interest) -> {
            ChannelSubscribers subscribers = channels.computeIfAbsent(
                    channel, name -> new ChannelSubscribers(new KeySubscribers(new HashMap<>(2)), new HashMap<>(2)));
            if (interest.keys() == null) {
                entries.add(entry(subscriber, channel, "", false, interest.filters(), subscribers.ofAnyKey()));
            } else {
                for (String key : interest.keys()) {
                    KeySubscribers ofKey =
                            subscribers.byKey().computeIfAbsent(key, name -> new KeySubscribers(new HashMap<>(2)));
                    entries.add(entry(subscriber, channel, key, true, interest.filters(), ofKey));
                }
            }
        });
        return new Registration(List.copyOf(entries));
    }

    private static Registration.Entry entry(
            Subscriber subscriber,
            String channel,
            String key,
            boolean keyed,
            Map<String, Set<String>> filters,
            KeySubscribers subscribers) {
        SubscriberSet set = subscribers.byFilters().computeIfAbsent(filters, any -> new SubscriberSet());
        return new Registration.Entry(channel, key, keyed, filters, set.add(subscriber));
    }

    void remove(Registration registration) {
        registration.entries().forEach(this::remove);
    }

    private void remove(Registration.Entry entry) {
        ChannelSubscribers channel = channels.get(entry.channel());
        KeySubscribers subscribers =
                channel == null ? null : entry.keyed() ? channel.byKey().get(entry.key()) : channel.ofAnyKey();
        if (channel == null || subscribers == null) {
            throw new IllegalStateException("removed twice: channel=" + entry.channel());
        }
        SubscriberSet set = entry.membership().set();
        set.remove(entry.membership());
        if (set.isEmpty()) {
            subscribers.byFilters().remove(entry.filters());
            if (entry.keyed() && subscribers.byFilters().isEmpty()) {
                channel.byKey().remove(entry.key());
            }
            if (channel.isEmpty()) {
                channels.remove(entry.channel());
            }
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
        static final class Membership {

            private final SubscriberSet set;
            private final Subscriber subscriber;
            private int index;

            private Membership(SubscriberSet set, Subscriber subscriber, int index) {
                this.set = set;
                this.subscriber = subscriber;
                this.index = index;
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

        @SuppressWarnings("NullAway") // An index at or after size is never read.
        void remove(Membership leaving) {
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
