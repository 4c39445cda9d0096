package dev.hermes.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.Catalogue;
import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.delivery.Subscription;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Of which channels a stream far behind may miss events. */
class SelectionTest {

    private static final Set<String> ONE_KEY = Set.of("k");
    private static final Map<String, Set<String>> FILTERED = Map.of("status", Set.of("done"));

    private static final Catalogue CATALOGUE = Catalogue.of(List.of(
            channel("all", Channel.CatchUp.ALL),
            channel("latest", Channel.CatchUp.LATEST),
            channel("per-key", Channel.CatchUp.LATEST_PER_KEY)));

    @Test
    void onlyOfThoseWhoseCatalogueSaysSo() {
        assertThat(conflated("all", null, Map.of())).isFalse();
        assertThat(conflated("latest", null, Map.of())).isTrue();
        assertThat(conflated("per-key", null, Map.of())).isTrue();
        assertThat(conflated("of no catalogue", null, Map.of())).isFalse();
    }

    @Test
    void notOfALatestEventThatMayBeOfAnotherKeyThanTheStreamWants() {
        assertThat(conflated("latest", ONE_KEY, Map.of())).isFalse();
        assertThat(conflated("per-key", ONE_KEY, Map.of())).isTrue();
    }

    @Test
    void notWhereALaterEventMayNotPassTheFilterAndYetOfTheChannelsBesideIt() {
        Subscription subscription = Selection.conflated(
                new Subscription(Map.of(
                        "per-key", new Subscription.ChannelFilter(null, FILTERED),
                        "latest", new Subscription.ChannelFilter(null, Map.of()))),
                CATALOGUE);

        assertThat(conflated(subscription, "per-key")).isFalse();
        assertThat(conflated(subscription, "latest")).isTrue();
    }

    private static boolean conflated(String channel, @Nullable Set<String> keys, Map<String, Set<String>> filters) {
        Subscription wanted = new Subscription(Map.of(channel, new Subscription.ChannelFilter(keys, filters)));
        return conflated(Selection.conflated(wanted, CATALOGUE), channel);
    }

    private static boolean conflated(Subscription subscription, String channel) {
        return Objects.requireNonNull(subscription.interests().get(channel)).conflated();
    }

    private static Channel channel(String name, Channel.CatchUp catchUp) {
        return new Channel(
                name,
                List.of(name),
                List.of(),
                "update",
                new Channel.ScopeRule(name, false),
                "key",
                List.of("status"),
                null,
                Channel.OnConnect.NOTHING,
                null,
                catchUp);
    }
}
