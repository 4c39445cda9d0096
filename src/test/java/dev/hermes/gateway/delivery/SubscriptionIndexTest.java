package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.EventLog;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubscriptionIndexTest {

    private final TestLoop loop = new TestLoop();
    private final HubFixture fixture =
            loop.call(() -> new HubFixture(loop.vertx(), HubFixture.Sizes.USUAL, HubFixture.STREAMS, 1));
    private final SubscriptionIndex index = new SubscriptionIndex();

    @AfterEach
    void close() {
        loop.close();
    }

    private Subscriber subscriber(Subscription subscription) {
        EventLog.StartPosition here = new EventLog.StartPosition(new EventId(true, 1, 1), null, List.of());
        return new PendingPoll(fixture.hub, subscription, HubFixture.ENDLESS, here, 1, 0);
    }

    private static Envelope envelope(String channel, @Nullable String key, Map<String, String> fields) {
        return new Envelope(channel, "t", key, fields, Buffer.buffer("{}"), "2026");
    }

    private List<Subscriber> listeners(Envelope envelope) {
        List<Subscriber> listeners = new ArrayList<>();
        index.forEachSubscriber(envelope, listeners::add);
        return listeners;
    }

    @Test
    void findsNobodyForAChannelWithoutListeners() {
        assertThat(listeners(envelope("a", "k", Map.of()))).isEmpty();
    }

    @Test
    void findsThoseOfTheKeyAndThoseOfTheWholeChannel() {
        Subscriber ofKey =
                subscriber(new Subscription(Map.of("a", new Subscription.ChannelFilter(Set.of("k"), Map.of()))));
        Subscriber ofAll = subscriber(HubFixture.ALL_OF_A);
        Subscriber ofOther =
                subscriber(new Subscription(Map.of("a", new Subscription.ChannelFilter(Set.of("o"), Map.of()))));
        List.of(ofKey, ofAll, ofOther).forEach(each -> index.add(each, each.subscription()));

        assertThat(listeners(envelope("a", "k", Map.of()))).containsExactlyInAnyOrder(ofKey, ofAll);
        assertThat(listeners(envelope("a", null, Map.of()))).containsExactly(ofAll);
    }

    @Test
    void refusesToRemoveTwice() {
        Subscriber subscriber = subscriber(HubFixture.ALL_OF_A);
        SubscriptionIndex.Place places = index.add(subscriber, subscriber.subscription());
        index.remove(places);
        assertThatThrownBy(() -> index.remove(places)).hasMessageContaining("removed twice");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void agreesWithAskingEverySubscriber(long seed) {
        Random random = new Random(seed);
        Map<Subscriber, SubscriptionIndex.Place> present = new HashMap<>();
        for (int step = 0; step < 3_000; step++) {
            if (random.nextInt(5) < 2) {
                Subscriber added = subscriber(anySubscription(random));
                present.put(added, index.add(added, added.subscription()));
            } else if (random.nextInt(3) == 0 && !present.isEmpty()) {
                Subscriber leaving = new ArrayList<>(present.keySet()).get(random.nextInt(present.size()));
                index.remove(java.util.Objects.requireNonNull(present.remove(leaving)));
            } else {
                Envelope envelope = envelope(
                        one(random, "a", "b", "c"),
                        random.nextBoolean() ? null : one(random, "k1", "k2", "k3"),
                        random.nextBoolean() ? Map.of() : Map.of("status", one(random, "on", "off")));
                LogEntry event = new Event(new EventId(true, 1, 2), envelope);
                assertThat(listeners(envelope))
                        .as("seed %d step %d", seed, step)
                        .containsExactlyInAnyOrderElementsOf(present.keySet().stream()
                                .filter(each -> each.subscription().wants(event))
                                .toList());
            }
        }
        assertThat(index.isEmpty()).isFalse();

        present.values().forEach(index::remove);
        assertThat(index.isEmpty()).isTrue();
    }

    private static Subscription anySubscription(Random random) {
        Map<String, Subscription.ChannelFilter> interests = new HashMap<>();
        for (int channel = 0; channel < 2; channel++) {
            Set<String> keys = random.nextBoolean() ? null : Set.of(one(random, "k1", "k2"), one(random, "k3", "k4"));
            Map<String, Set<String>> filters = random.nextBoolean()
                    ? Map.of()
                    : Map.of("status", random.nextBoolean() ? Set.of("on") : Set.of("on", "off"));
            interests.put(one(random, "a", "b", "c"), new Subscription.ChannelFilter(keys, filters));
        }
        return new Subscription(interests);
    }

    private static String one(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
