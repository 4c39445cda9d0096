package dev.hermes.gateway.contract;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client without a cursor is told first. Each test has a download of its own. */
class GreetingsTest {

    @AutoClose
    private static final RunningGateway GATEWAY = RunningGateway.started();

    @Test
    void aDownloadBeginsWithItsLastEvent() {
        publish(json("{'download_id':'last','progress':1}"));
        publish(json("{'download_id':'last','progress':2.50}"));

        assertFirst("/downloads/last", json("{'download_id':'last','progress':2.50}"));
    }

    @Test
    void aDownloadsLastEventCountsMoreThanItsSnapshot() {
        snapshot("both", json("{'progress':99}"));
        publish(json("{'download_id':'both','progress':3}"));

        assertFirst("/downloads/both", json("{'download_id':'both','progress':3}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"completed", "failed", "cancelled"})
    void aDownloadThatIsOverSaysSo(String end) {
        publish(json("{'download_id':'%s','status':'%s'}", end, end));

        assertFirst("/downloads/" + end, json("{'download_id':'%s','status':'%s'}", end, end));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
                {"progress":1.50, "n":1};{"download_id":"snap","progress":1.50, "n":1}
                {};{"download_id":"snap"}
                { "a":1};{"download_id":"snap", "a":1}
                {"a":1,"download_id":"snap"};{"a":1,"download_id":"snap"}
                {"in":{"download_id":1}};{"download_id":"snap","in":{"download_id":1}}
                """)
    void aDownloadTheLogKnowsNothingOfBeginsWithItsSnapshotAndItsId(String stored, String told) {
        snapshot("snap", stored);

        assertFirst("/downloads/snap", told);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1]", "7", "not json", "{\"a\":", "", "\"{}\""})
    void aSnapshotThatIsNoObjectIsSkipped(String stored) {
        String id = "broken-" + stored.hashCode();
        snapshot(id, stored);

        assertNothingFirst("/downloads/" + id);
    }

    @Test
    void aDownloadThatNobodyKnowsBeginsWithNothing() {
        assertNothingFirst("/downloads/unheard-of");
    }

    @Test
    void aSnapshotIsSentOnTheDownloadsOwnRouteOnly() {
        snapshot("route", json("{'progress':1}"));

        assertNothingFirst("/stream?channels=download:updates&download_id=route");
    }

    @Test
    void aSnapshotComesWithoutAnId() {
        snapshot("no-id", "{}");

        try (SseConnection stream = open("/downloads/no-id")) {
            assertThat(stream.nextEvents(2)).last().satisfies(frame -> {
                assertThat(frame.event()).isEqualTo("download_progress");
                assertThat(frame.id()).isNull();
            });
        }
    }

    @Test
    void theStreamsFiltersHoldForASnapshotToo() {
        snapshot("filtered", json("{'status':'running'}"));

        assertFirst("/downloads/filtered?status=running", json("{'download_id':'filtered','status':'running'}"));
        assertNothingFirst("/downloads/filtered?status=completed");
    }

    @Test
    void aSnapshotIsNotForThoseWhoResume() {
        String here = publish(json("{'download_id':'resumed'}"));

        try (SseConnection stream = open("/downloads/resumed", "Last-Event-ID: " + here)) {
            stream.next("connected");
            String live = publish(json("{'download_id':'resumed','n':2}"));
            assertThat(stream.nextEvent().id()).isEqualTo(live);
        }
    }

    @Test
    void eventsAfterTheStartFollowTheSnapshot() {
        snapshot("followed", "{}");

        try (SseConnection stream = open("/downloads/followed")) {
            stream.nextEvents(2);
            String live = publish(json("{'download_id':'followed'}"));
            assertThat(stream.nextEvent().id()).isEqualTo(live);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/stats, stats:updates",
        "/stream?channels=stats:updates, stats:updates",
        "/stream?channels=analytics:updates, analytics:updates",
        "/stream?channels=storage:updates, storage:updates"
    })
    void aChannelOfLastEventBeginsWithIt(String route, String channel) {
        Http.publish(GATEWAY.port(), channel, "first", "{}");
        Http.publish(GATEWAY.port(), channel, "second", json("{'n':2.0}"));

        try (SseConnection stream = open(route)) {
            Frame frame = stream.nextEvents(2).get(1);
            assertThat(frame.event()).isEqualTo("second");
            assertThat(frame.data()).isEqualTo(json("{'n':2.0}"));
        }
    }

    @Test
    void severalChannelsOfLastEventBeginWithOneEach() {
        for (String channel : List.of("stats:updates", "analytics:updates", "storage:updates", "queue:updates")) {
            Http.publish(GATEWAY.port(), channel, channel.replace(':', '.'), "{}");
        }

        try (SseConnection stream = open(
                "/stream?channels=storage:updates,stats:updates,analytics:updates,queue:updates,system:notifications")) {
            stream.next("connected");
            assertThat(stream.nextEvents(4))
                    .extracting(Frame::event)
                    .containsExactlyInAnyOrder(
                            "stats.updates", "analytics.updates", "storage.updates", "queue.updates");
        }
    }

    @Test
    void otherChannelsBeginWithNothing() {
        Http.publish(GATEWAY.port(), "system:notifications", "old", "{}");

        assertNothingFirst("/system", "system:notifications");
    }

    private static void assertFirst(String route, String data) {
        try (SseConnection stream = open(route)) {
            assertThat(stream.next().event()).isEqualTo("connected");
            Frame frame = stream.nextEvent();
            assertThat(frame.event()).isEqualTo("download_progress");
            assertThat(frame.data()).isEqualTo(data);
        }
    }

    private static void assertNothingFirst(String route) {
        assertNothingFirst(route, "download:updates");
    }

    /** What comes after connected is what is published only then. */
    private static void assertNothingFirst(String route, String channel) {
        String id = route.replaceAll(".*(/downloads/|download_id=)([^?&]+).*", "$2");
        try (SseConnection stream = open(route)) {
            assertThat(stream.next().event()).isEqualTo("connected");
            Http.publish(GATEWAY.port(), channel, "marker", json("{'download_id':'%s','status':'completed'}", id));
            assertThat(stream.nextEvent().event()).isEqualTo("marker");
        }
    }

    private static String publish(String data) {
        return Http.publish(GATEWAY.port(), "download:updates", "download_progress", data);
    }

    private static void snapshot(String id, String json) {
        GATEWAY.redis(Command.SET, "download:" + id + ":progress", json);
    }

    private static SseConnection open(String route, String... headers) {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = Http.apiKey();
        return SseConnection.open(GATEWAY.port(), Http.EVENTS + route, all);
    }

    /** For a client that asks where things stand before it opens a stream from just there. */
    @Test
    void aPollThatAsksToBeGreetedIsToldHowEachOfItsChannelsAndIdsStandsAndFromWhere() {
        snapshot("polled-1", json("{'progress':1}"));
        publish(json("{'download_id':'polled-2','progress':2.50}"));
        Http.publish(GATEWAY.port(), "stats:updates", "stats_update", json("{'event':'polled'}"));

        JsonObject page = greeted("channels=download:updates,stats:updates&scopes=stats,download:polled-1,"
                + "download:polled-2,download:polled-3");

        assertThat(page.getJsonArray("greetings"))
                .containsExactlyInAnyOrder(
                        greeting("download:updates", "download_progress", "download_id", "polled-1", "progress", 1),
                        greeting("download:updates", "download_progress", "download_id", "polled-2", "progress", 2.5),
                        greeting("stats:updates", "stats_update", "event", "polled"));
        assertThat(page.getJsonArray("events")).isEmpty();
        assertThat(Http.get(GATEWAY.port(), "/poll?after=" + page.getString("last_id"), Http.apiKey())
                        .json()
                        .getValue("gap"))
                .isEqualTo(false);
    }

    @Test
    void aPollThatResumesOrDoesNotAskIsGreetedWithNothing() {
        publish(json("{'download_id':'unasked'}"));
        String query = "channels=download:updates&download_id=unasked";
        JsonObject page = greeted(query);

        assertThat(greeted(query + "&after=" + page.getString("last_id")).containsKey("greetings"))
                .isFalse();
        assertThat(Http.get(GATEWAY.port(), "/poll?" + query, Http.apiKey())
                        .json()
                        .containsKey("greetings"))
                .isFalse();
        assertThat(greeted("channels=system:notifications").getJsonArray("greetings"))
                .isEmpty();
    }

    @Test
    void nobodyIsGreetedWithMoreThanAHundredIds() {
        String ids =
                IntStream.rangeClosed(0, 100).mapToObj(id -> "download:" + id).collect(Collectors.joining(","));

        Http.Answer answer =
                Http.get(GATEWAY.port(), "/poll?greet=true&channels=download:updates&scopes=" + ids, Http.apiKey());

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.detail()).isEqualTo("Too many ids to be greeted with: 101. Allowed: up to 100");
    }

    private static JsonObject greeted(String query) {
        return Http.get(GATEWAY.port(), "/poll?greet=true&" + query, Http.apiKey())
                .json();
    }

    private static JsonObject greeting(String channel, String type, Object... data) {
        JsonObject object = new JsonObject();
        for (int member = 0; member < data.length; member += 2) {
            object.put((String) data[member], data[member + 1]);
        }
        return new JsonObject().put("channel", channel).put("event", type).put("data", object);
    }
}
