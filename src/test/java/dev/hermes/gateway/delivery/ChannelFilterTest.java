package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChannelFilterTest {

    private static final EventId ID = new EventId(true, 1, 1);

    private static Envelope envelope(@Nullable String key, Map<String, String> fields) {
        return new Envelope("a", "t", key, fields, Buffer.buffer("{}"), "2026");
    }

    @Test
    void everythingMatchesEventsWithAndWithoutAKey() {
        assertThat(Subscription.ChannelFilter.EVERYTHING.matches(envelope(null, Map.of())))
                .isTrue();
        assertThat(Subscription.ChannelFilter.EVERYTHING.matches(envelope("k", Map.of("x", "y"))))
                .isTrue();
    }

    @Test
    void keysMatchTheirOwnOnly() {
        Subscription.ChannelFilter interest = new Subscription.ChannelFilter(Set.of("k1", "k2"), Map.of());
        assertThat(interest.matches(envelope("k1", Map.of()))).isTrue();
        assertThat(interest.matches(envelope("k3", Map.of()))).isFalse();
        assertThat(interest.matches(envelope(null, Map.of()))).isFalse();
    }

    @Test
    void aFilterMatchesAnyOfItsValues() {
        Subscription.ChannelFilter interest =
                new Subscription.ChannelFilter(null, Map.of("status", Set.of("on", "off")));
        assertThat(interest.matches(envelope(null, Map.of("status", "off")))).isTrue();
        assertThat(interest.matches(envelope(null, Map.of("status", "OFF")))).isFalse();
        assertThat(interest.matches(envelope(null, Map.of()))).isFalse();
    }

    @Test
    void allFiltersMustMatch() {
        Subscription.ChannelFilter interest =
                new Subscription.ChannelFilter(null, Map.of("status", Set.of("on"), "action", Set.of("add")));
        assertThat(interest.matches(envelope(null, Map.of("status", "on", "action", "add"))))
                .isTrue();
        assertThat(interest.matches(envelope(null, Map.of("status", "on", "action", "drop"))))
                .isFalse();
    }

    @Test
    void keyAndFilterMustBothMatch() {
        Subscription.ChannelFilter interest =
                new Subscription.ChannelFilter(Set.of("k"), Map.of("status", Set.of("on")));
        assertThat(interest.matches(envelope("k", Map.of("status", "on")))).isTrue();
        assertThat(interest.matches(envelope("k", Map.of("status", "off")))).isFalse();
        assertThat(interest.matches(envelope("other", Map.of("status", "on")))).isFalse();
    }

    @Test
    void doesNotChangeWithWhatItWasMadeOf() {
        Set<String> keys = new HashSet<>(Set.of("k"));
        Subscription.ChannelFilter interest = new Subscription.ChannelFilter(keys, Map.of());
        keys.add("later");
        assertThat(interest.matches(envelope("later", Map.of()))).isFalse();
    }

    @Test
    void aSubscriptionWantsItsChannelsOnly() {
        Event ofA = new Event(ID, envelope(null, Map.of()));
        assertThat(new Subscription(Map.of("a", Subscription.ChannelFilter.EVERYTHING)).wants(ofA))
                .isTrue();
        assertThat(new Subscription(Map.of("b", Subscription.ChannelFilter.EVERYTHING)).wants(ofA))
                .isFalse();
    }

    @Test
    void aHoleConcernsEverybodyAndAnOriginNobody() {
        Subscription any = new Subscription(Map.of("b", new Subscription.ChannelFilter(Set.of("k"), Map.of())));
        assertThat(any.wants(new LogEntry.GapEntry(ID, ID, Instant.EPOCH, Instant.EPOCH)))
                .isTrue();
        assertThat(any.wants(new LogEntry.OriginEntry(ID))).isFalse();
    }
}
