package dev.hermes.gateway.contract;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Coming back: which cursor counts, which are honoured, and what comes then. */
class ResumeTest {

    private static final int HISTORY = 20;

    @AutoClose
    private static final RunningGateway GATEWAY = RunningGateway.with("HERMES_SSE_HEARTBEAT_INTERVAL", 1)
            .with("HERMES_HISTORY_MAX_EVENTS", HISTORY)
            .startWithoutRedis();

    @Test
    void aResumedStreamGetsExactlyWhatItMissedAndThenWhatComes() {
        String seen = publish(json("{'n':0}"));
        List<String> missed = List.of(publish(json("{'n':1}")), publish(json("{'n':2}")), publish(json("{'n':3}")));

        try (SseConnection stream = open("/queue", "Last-Event-ID: " + seen)) {
            assertThat(stream.next().event()).isEqualTo("connected");
            assertThat(stream.nextEvents(3)).extracting(Frame::id).containsExactlyElementsOf(missed);
            String live = publish(json("{'n':4}"));
            assertThat(stream.nextEvent().id()).isEqualTo(live);
        }
    }

    @Test
    void connectedCarriesTheClientsOwnCursorWhenItResumes() {
        String seen = publish("{}");
        publish("{}");

        try (SseConnection stream = open("/queue", "Last-Event-ID: " + seen)) {
            assertThat(stream.header("Last-Event-ID")).isEqualTo(seen);
            assertThat(stream.next().id()).isEqualTo(seen);
        }
    }

    @Test
    void theQueryResumesAsTheHeaderDoes() {
        String seen = publish("{}");
        String missed = publish("{}");

        try (SseConnection stream = open("/queue?last_event_id=" + seen)) {
            assertThat(stream.next().id()).isEqualTo(seen);
            assertThat(stream.nextEvent().id()).isEqualTo(missed);
        }
    }

    @Test
    void theHeaderWinsOverTheQueryWhichABrowserRepeats() {
        String older = publish("{}");
        String newer = publish("{}");

        try (SseConnection stream = open("/queue?last_event_id=" + older, "Last-Event-ID: " + newer)) {
            assertThat(stream.next().id()).isEqualTo(newer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   "})
    void aBlankHeaderIsNoCursorSoTheQueryCounts(String blank) {
        String seen = publish("{}");
        publish("{}");

        try (SseConnection stream = open("/queue?last_event_id=" + seen, "Last-Event-ID: " + blank)) {
            assertThat(stream.next().id()).isEqualTo(seen);
        }
    }

    @Test
    void aBlankHeaderAloneIsAFreshStream() {
        String tip = publish("{}");

        try (SseConnection stream = open("/queue", "Last-Event-ID: ")) {
            assertThat(stream.next().id()).isEqualTo(tip);
            assertThat(stream.nextEvent().id())
                    .as("the id of what a fresh stream is greeted with")
                    .isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "m1", "1-", "-1", "01-1", "1-1-1", "m1-99999999999999999999", "1-1 ; x"})
    void aMalformedHeaderIsAGapAndThenLive(String malformed) {
        String tip = publish("{}");

        assertGapThenLive("unknown_cursor", malformed, tip);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0-0", "m1-1", "1700000000000-0", "18446744073709551615-18446744073709551615"})
    void aCursorOfAnotherLogIsAGapAndThenLive(String foreign) {
        String tip = publish("{}");

        assertGapThenLive("unknown_cursor", foreign, tip);
    }

    @Test
    void aCursorOfTheFutureIsAGapAndThenLive() {
        String tip = publish("{}");

        assertGapThenLive("unknown_cursor", tip + "0", tip);
    }

    @Test
    void aCursorThatHistoryNoLongerHoldsIsAGapAndThenLive() {
        String evicted = publish("{}");
        String tip = evicted;
        for (int event = 0; event <= HISTORY; event++) {
            tip = publish("{}");
        }

        assertGapThenLive("history_evicted", evicted, tip);
    }

    @Test
    void anUnknownCursorInTheQueryIsAGapToo() {
        String tip = publish("{}");

        try (SseConnection stream = open("/queue?last_event_id=0-0")) {
            assertThat(stream.next().id()).isEqualTo(tip);
            assertThat(stream.next().event()).isEqualTo("gap");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/queue?last_event_id=garbage",
                "/stream?last_event_id=1",
                "/poll?after=garbage",
                "/poll?after=1-"
            })
    void aMalformedCursorInAQueryIsRefused(String path) {
        Http.Answer answer = Http.get(GATEWAY.port(), path, Http.apiKey());

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.detail()).startsWith("Invalid ").contains("Allowed: the id of an event");
    }

    @Test
    void aMalformedQueryIsOverlookedWhereTheHeaderWins() {
        String seen = publish("{}");

        try (SseConnection stream = open("/queue?last_event_id=garbage", "Last-Event-ID: " + seen)) {
            assertThat(stream.next().id()).isEqualTo(seen);
        }
    }

    @Test
    void aStreamThatResumesIsNotGreeted() {
        String seen = publishOn("stats:updates", json("{'event':'first'}"));

        try (SseConnection stream = open("/stats", "Last-Event-ID: " + seen)) {
            stream.next("connected");
            String live = publishOn("stats:updates", json("{'event':'second'}"));
            assertThat(stream.nextEvent().id()).isEqualTo(live);
        }
    }

    @Test
    void aStreamWhoseCursorIsUnknownIsNotGreetedEither() {
        publishOn("stats:updates", json("{'event':'first'}"));

        try (SseConnection stream = open("/stats", "Last-Event-ID: 0-0")) {
            assertThat(stream.nextEvents(2)).extracting(Frame::event).containsExactly("connected", "gap");
            String live = publishOn("stats:updates", json("{'event':'second'}"));
            assertThat(stream.nextEvent().id()).isEqualTo(live);
        }
    }

    @Test
    void theIdOfConnectedIsAGoodCursor() {
        try (SseConnection first = open("/queue")) {
            assertResumesAt(first.next("connected").position());
        }
    }

    @Test
    void theIdOfAHeartbeatIsAGoodCursor() {
        try (SseConnection first = open("/queue")) {
            assertResumesAt(first.next("heartbeat").position());
        }
    }

    @Test
    void theIdOfAGapIsAGoodCursor() {
        try (SseConnection first = open("/queue", "Last-Event-ID: garbage")) {
            assertResumesAt(first.next("gap").position());
        }
    }

    @Test
    void aPollTakesUpWhereAStreamLeft() {
        String seen = publish("{}");
        String missed = publish("{}");

        JsonObject page = Http.get(GATEWAY.port(), "/poll?channels=queue:updates&after=" + seen, Http.apiKey())
                .json();

        assertThat(page.getJsonArray("events").getJsonObject(0).getString("id")).isEqualTo(missed);
        assertThat(page.getValue("gap")).isEqualTo(false);
    }

    @Test
    void aStreamTakesUpWhereAPollLeft() {
        publish("{}");
        String last = Http.get(GATEWAY.port(), "/poll", Http.apiKey()).json().getString("last_id");

        assertResumesAt(last);
    }

    @Test
    void aStreamCutOffAgainAndAgainMissesNothing() {
        String cursor = publish("{}");
        List<String> published = new ArrayList<>();
        List<String> received = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
            published.add(publish(json("{'round':%s}", round)));
            try (SseConnection stream = open("/queue", "Last-Event-ID: " + cursor)) {
                published.add(publish(json("{'round':%s.5}", round)));
                while (received.size() < published.size() - round % 2) {
                    Frame frame = stream.nextEvent();
                    cursor = frame.id();
                    if (frame.event().equals("queue_update")) {
                        received.add(cursor);
                    }
                }
                stream.reset();
            }
        }

        assertThat(received).isEqualTo(published.subList(0, received.size())).hasSizeGreaterThanOrEqualTo(39);
    }

    private static void assertGapThenLive(String reason, String cursor, String tip) {
        try (SseConnection stream = open("/queue", "Last-Event-ID: " + cursor)) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.header("Last-Event-ID")).isEqualTo(tip);
            assertThat(stream.next().id()).isEqualTo(tip);
            Frame gap = stream.next();
            assertThat(gap.event()).isEqualTo("gap");
            assertThat(gap.id()).isEqualTo(tip);
            JsonObject told = new JsonObject(gap.data());
            assertThat(told.getString("reason")).isEqualTo(reason);
            assertThat(told.getString("requested")).isEqualTo(cursor);
            assertThat(told.getString("resumed_at")).isEqualTo(tip);
            String live = publish("{}");
            assertThat(stream.nextEvent().id()).isEqualTo(live);
        }
    }

    private static void assertResumesAt(String cursor) {
        String missed = publish("{}");
        try (SseConnection stream = open("/queue", "Last-Event-ID: " + cursor)) {
            assertThat(stream.next().id()).isEqualTo(cursor);
            Frame first = stream.nextEvent();
            assertThat(first.event()).isEqualTo("queue_update");
            assertThat(first.id()).isEqualTo(missed);
        }
    }

    private static String publish(String data) {
        return publishOn("queue:updates", data);
    }

    private static String publishOn(String channel, String data) {
        return Http.publish(GATEWAY.port(), channel, channel.replaceFirst("s?:updates", "_update"), data);
    }

    private static SseConnection open(String path, String... headers) {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = Http.apiKey();
        return SseConnection.open(GATEWAY.port(), Http.EVENTS + path, all);
    }
}
