package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.Cursor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client far behind may miss, and what it may not. The window holds 256, a page 50, a visit takes 40. */
class ConflationTest {

    private static final int AFTER = 20;
    private static final int EVENTS = 200;
    private static final int KEYS = 4;
    private static final HubFixture.Sizes SIZES = new HubFixture.Sizes(
            256, 16 << 20, new CatchUp.Pace(40, 100, 50, 2, LiveDelivery.Pace.USUAL), 100_000, 64 << 20);
    private static final Subscription.ChannelFilter EVERYTHING = Subscription.ChannelFilter.EVERYTHING;

    private final TestLoop loop = new TestLoop();
    private final Map<String, Envelope> published = new LinkedHashMap<>();

    /** What an operator is told about each of them. */
    private final Map<String, Explanation> explained = new LinkedHashMap<>();

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void leavesOutWhatALaterOneOfTheSameKeySupersedes() {
        List<String> got = catchUp(AFTER, conflated("progress"), EVENTS);
        assertThat(got).hasSizeLessThan(EVENTS / 2).isSubsetOf(published.keySet());
        assertThat(got)
                .isEqualTo(published.keySet().stream().filter(got::contains).toList());
        List<String> all = List.copyOf(published.keySet());
        published.keySet().stream().filter(id -> !got.contains(id)).forEach(missing -> {
            String key = keyOf(missing);
            assertThat(all.subList(all.indexOf(missing) + 1, all.size()))
                    .as("a later one of the same key")
                    .anySatisfy(later -> assertThat(
                                    got.contains(later) && keyOf(later).equals(key))
                            .isTrue());
        });
    }

    @Test
    void tellsAnOperatorWhichLaterOneWasSentInstead() {
        List<String> got = catchUp(AFTER, conflated("progress"), EVENTS);

        explained.forEach((id, explanation) -> {
            EventId by = explanation.supersededBy();
            if (got.contains(id)) {
                assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.DELIVERED);
            } else {
                assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.SUPERSEDED);
                assertThat(String.valueOf(by)).isIn(got);
                assertThat(keyOf(String.valueOf(by))).isEqualTo(keyOf(id));
            }
        });
    }

    @Test
    void tellsAnOperatorOfWhichNothingIsRecordedAnyMore() {
        List<String> got = catchUp(AFTER, conflated("progress"), 3 * EVENTS);

        assertThat(explained.values())
                .extracting(Explanation::verdict)
                .contains(Explanation.Verdict.NOT_RECORDED, Explanation.Verdict.SUPERSEDED);
        explained.forEach((id, explanation) -> {
            switch (explanation.verdict()) {
                case DELIVERED -> assertThat(got).contains(id);
                case SUPERSEDED -> assertThat(got).doesNotContain(id);
                default -> assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.NOT_RECORDED);
            }
        });
    }

    @Test
    void leavesOutNoTerminalState() {
        assertThat(catchUp(AFTER, conflated("progress"), EVENTS))
                .containsAll(published.entrySet().stream()
                        .filter(event -> event.getValue().fields().containsValue("failed"))
                        .map(Map.Entry::getKey)
                        .toList());
    }

    @Test
    void leavesOutNothingOfTheLastEvents() {
        List<String> all = List.copyOf(catchUpAndTellAll());
        assertThat(all).endsWith(lastPublished(AFTER));
        assertThat(all).doesNotContain(lastPublished(AFTER + 8)[0]);
    }

    @Test
    void leavesOutNothingForAClientThatIsNotFarBehind() {
        assertThat(catchUp(AFTER, conflated("progress"), AFTER)).containsExactlyElementsOf(published.keySet());
    }

    @Test
    void leavesOutNothingForAClientThatWantsEverything() {
        assertThat(catchUp(AFTER, new Subscription(Map.of("progress", EVERYTHING)), EVENTS))
                .containsExactlyElementsOf(published.keySet());
    }

    @Test
    void leavesOutNothingWhereItIsSwitchedOff() {
        assertThat(catchUp(0, conflated("progress"), EVENTS)).containsExactlyElementsOf(published.keySet());
    }

    @Test
    void leavesOutNothingOfAChannelWhoseRuleIsAll() {
        assertThat(catchUp(AFTER, conflated("a"), EVENTS)).containsExactlyElementsOf(published.keySet());
    }

    @Test
    void leavesOutAllButTheLastOfAChannelThatHasNoKeys() {
        List<String> got = catchUp(AFTER, conflated("stats"), EVENTS);
        assertThat(got).hasSizeLessThan(EVENTS / 2);
        assertThat(got.get(got.size() - 1)).isEqualTo(lastPublished(1)[0]);
    }

    @Test
    void countsWhatIsOlderThanTheWindowToo() {
        List<String> got = catchUp(AFTER, conflated("progress"), 3 * EVENTS);
        assertThat(got).hasSizeLessThan(EVENTS).contains(lastPublished(AFTER));
    }

    private List<String> catchUpAndTellAll() {
        return catchUp(AFTER, conflated("progress"), EVENTS);
    }

    @Test
    void leavesOutNothingOfTheLogThatTookThePlaceOfAnother() {
        HubFixture fixture = loop.call(() -> new HubFixture(loop.vertx(), SIZES, streams(2), 1));
        HubFixture.Connection client = loop.call(() -> {
            EventId start = fixture.append(1).get(0);
            fixture.deliver();
            publish(fixture, "a", "b", "c", "d", "e", "f", "g", "h");
            return fixture.connect(
                    conflated("progress"), fixture.open(new Cursor.At(start)), List.of(), HubFixture.ENDLESS, 0);
        });
        while (loop.call(() -> client.sink().writable())) {
            loop.turns(1);
        }

        List<EventId> last = loop.call(() -> {
            fixture.hub.onLogLost(fixture.hub.position());
            List<EventId> ids = publish(fixture, "a", "a");
            client.sink().allow(MemorySink.UNLIMITED);
            return ids;
        });
        while (loop.call(() -> fixture.hub.snapshot().clients().catchingUp() > 0)) {
            loop.turns(1);
        }

        assertThat(loop.call(() -> client.sink().messages()))
                .extracting(SseReader.Message::id)
                .endsWith(last.stream().map(EventId::toString).toArray(String[]::new));
        loop.call(() -> {
            fixture.hub.close();
            return null;
        });
    }

    /** Progress of these. */
    private static List<EventId> publish(HubFixture fixture, String... keys) {
        List<EventId> ids = fixture.append(Stream.of(keys)
                .map(key -> fixture.envelope("progress", key, Map.of(), 400))
                .toList());
        fixture.deliver();
        return ids;
    }

    private static Settings.Streams streams(int after) {
        return new Settings.Streams(
                Duration.ofSeconds(30),
                1_000,
                Settings.Streams.Shares.UNLIMITED,
                Duration.ZERO,
                Duration.ofSeconds(60),
                after);
    }

    private static Subscription conflated(String channel) {
        return new Subscription(Map.of(channel, new Subscription.ChannelFilter(null, Map.of(), true)));
    }

    /** What a client gets that took nothing while so many were published; each tenth is a terminal state. */
    private List<String> catchUp(int after, Subscription subscription, int events) {
        HubFixture fixture = loop.call(() -> new HubFixture(loop.vertx(), SIZES, streams(after), 1));
        String channel = subscription.interests().keySet().iterator().next();
        HubFixture.Connection client = loop.call(() -> {
            EventId start = fixture.append(1).get(0);
            fixture.deliver();
            for (int number = 0; number < events; number++) {
                String status = number % 10 == 0 ? "failed" : "downloading";
                Envelope envelope = fixture.envelope(channel, "k" + number % KEYS, Map.of("status", status), 0);
                published.put(fixture.append(List.of(envelope)).get(0).toString(), envelope);
                fixture.deliver();
            }
            return fixture.connect(
                    subscription,
                    fixture.open(new Cursor.At(start)),
                    List.of(),
                    HubFixture.ENDLESS,
                    MemorySink.UNLIMITED);
        });
        while (!loop.call(() -> {
            while (fixture.log.pendingReads() > 0) {
                fixture.log.answer(0);
            }
            return fixture.hub.snapshot().clients().catchingUp() == 0;
        })) {
            loop.turns(1);
        }
        return loop.call(() -> {
            HubCounters.Snapshot.Events counted = fixture.hub.snapshot().events();
            assertThat(counted.delivered().getOrDefault(channel, 0L)
                            + counted.superseded().getOrDefault(channel, 0L))
                    .isEqualTo(events);
            List<String> got = new ArrayList<>();
            client.sink().messages().stream()
                    .filter(message -> message.type().equals("update"))
                    .forEach(message -> got.add(message.id()));
            published.forEach((id, envelope) -> explained.put(
                    id,
                    fixture.explain(client.stream(), new Event(Objects.requireNonNull(EventId.parse(id)), envelope))));
            fixture.hub.close();
            return got;
        });
    }

    private String keyOf(String id) {
        return String.valueOf(Objects.requireNonNull(published.get(id)).key());
    }

    private String[] lastPublished(int count) {
        List<String> all = List.copyOf(published.keySet());
        return all.subList(all.size() - count, all.size()).toArray(new String[0]);
    }
}
