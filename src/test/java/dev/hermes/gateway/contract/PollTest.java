package dev.hermes.gateway.contract;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.watchdog.Pace;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The same events a page at a time, for clients that cannot stream. */
class PollTest {

    @AutoClose
    private static final RunningGateway GATEWAY = RunningGateway.started();

    @Test
    void aPageHasEveryField() {
        String here = here();
        String event = json("{'channel':'queue:updates','type':'queue_update','data':{'n':1},"
                + "'timestamp':'2025-01-02T03:04:05'}");
        String id = Http.post(GATEWAY.port(), "/publish", event, Http.apiKey())
                .json()
                .getJsonArray("ids")
                .getString(0);

        Http.Answer answer = get("?after=" + here);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.body())
                .isEqualTo(json(
                        "{'events':[{'id':'%s','channel':'queue:updates','event':'queue_update','data':{'n':1},"
                                + "'timestamp':'2025-01-02T03:04:05'}],'last_id':'%s','gap':false}",
                        id, id));
    }

    @Test
    void whatAPageIsToldMayNotBeKept() {
        assertThat(get("").header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void theDataIsEmbeddedByteForByte() {
        String here = here();
        String data = json("{'z':1.0E+2, 'a':'\\u00e9\\/ \u00e9 \\n','n':-0.0,'n':12345678901234567890.10}");
        Http.publish(GATEWAY.port(), "queue:updates", "queue_update", data);

        assertThat(get("?after=" + here).body()).contains(json("'data':%s,'timestamp':", data));
    }

    @Test
    void dataOfManyLinesIsStillJson() {
        String here = here();
        GATEWAY.redis(Command.PUBLISH, "queue:updates", json("{'type':'t','data':{\r\n'a':\r1\n}}"));

        assertThat(get("?wait=10&after=" + here)
                        .json()
                        .getJsonArray("events")
                        .getJsonObject(0)
                        .getJsonObject("data"))
                .isEqualTo(new JsonObject().put("a", 1));
    }

    @Test
    void withoutACursorAPollStartsFromNow() {
        String last = publish(1);

        JsonObject page = get("").json();

        assertThat(page.getJsonArray("events")).isEmpty();
        assertThat(page.getString("last_id")).isEqualTo(last);
        assertThat(page.getValue("gap")).isEqualTo(false);
    }

    @Test
    void aPageHasAtMostAHundredEventsIfNothingElseIsAsked() {
        String here = here();
        publishMany(101);

        assertThat(get("?after=" + here).json().getJsonArray("events")).hasSize(100);
    }

    @Test
    void pagesOfALimitFollowEachOtherWithoutLossOrRepetition() {
        String cursor = here();
        List<String> published = publishMany(10);

        List<String> received = new ArrayList<>();
        for (int page = 0; page < 4; page++) {
            JsonObject answer = get("?limit=3&after=" + cursor).json();
            assertThat(answer.getJsonArray("events")).hasSizeLessThanOrEqualTo(3);
            answer.getJsonArray("events").forEach(event -> received.add(((JsonObject) event).getString("id")));
            cursor = answer.getString("last_id");
        }

        assertThat(received).isEqualTo(published);
    }

    @Test
    void thePositionMovesOnEvenIfNothingMatched() {
        String here = here();
        String other = publish(1);

        JsonObject page = get("?channels=system:notifications&after=" + here).json();

        assertThat(page.getJsonArray("events")).isEmpty();
        assertThat(page.getString("last_id")).isEqualTo(other);
    }

    @Test
    void aPollThatDoesNotWaitIsAnsweredAtOnce() {
        Pace pace = Pace.start();
        get("?after=" + here());

        assertThat(pace.elapsed()).isLessThan(pace.stretched(Duration.ofSeconds(1)));
    }

    @Test
    void aWaitingPollIsAnsweredWithTheFirstEvent() throws IOException {
        try (Socket poll = waiting(GATEWAY, "wait=30&after=" + here())) {
            String id = publish(7);

            JsonObject page = Http.parse(Http.untilEnd(poll)).json();
            assertThat(page.getJsonArray("events")).hasSize(1);
            assertThat(page.getString("last_id")).isEqualTo(id);
        }
    }

    @Test
    void aWaitingPollWithoutACursorWaitsFromNow() throws IOException {
        try (RunningGateway quiet = new RunningGateway.Settings().startWithoutRedis();
                Socket poll = waiting(quiet, "wait=30")) {
            // Nobody can see from outside that a poll waits, so events come until it is answered.
            Awaitility.await().until(() -> {
                Http.publish(quiet.port(), "queue:updates", "queue_update", "{}");
                return poll.getInputStream().available() > 0;
            });

            assertThat(Http.parse(Http.untilEnd(poll)).json().getJsonArray("events"))
                    .isNotEmpty();
        }
    }

    @Test
    void aWaitingPollPassesOverWhatItDoesNotWant() throws IOException {
        try (Socket poll = waiting(GATEWAY, "wait=30&status=wanted&channels=queue:updates&after=" + here())) {
            publish(1);
            String id = Http.publish(GATEWAY.port(), "queue:updates", "queue_update", json("{'status':'wanted'}"));

            JsonObject page = Http.parse(Http.untilEnd(poll)).json();
            assertThat(page.getJsonArray("events")).hasSize(1);
            assertThat(page.getString("last_id")).isEqualTo(id);
        }
    }

    @Test
    void aWaitThatBroughtNothingEndsWithThePositionReached() {
        String here = here();
        String other = publish(1);
        Pace pace = Pace.start();

        JsonObject page =
                get("?wait=1&channels=system:notifications&after=" + here).json();

        assertThat(page.getJsonArray("events")).isEmpty();
        assertThat(page.getString("last_id")).isEqualTo(other);
        assertThat(pace.elapsed()).isBetween(Duration.ofMillis(900), pace.stretched(Duration.ofSeconds(5)));
    }

    @Test
    void anUnknownCursorIsAGapBeforeTheFirstEvent() {
        String here = here();

        JsonObject page = get("?after=m1-1").json();

        assertThat(page.getJsonArray("events")).isEmpty();
        assertThat(page.getString("last_id")).isEqualTo(here);
        assertThat(page.getJsonObject("gap"))
                .isEqualTo(new JsonObject()
                        .put("reason", "unknown_cursor")
                        .put("requested", "m1-1")
                        .put("resumed_at", here));
    }

    @Test
    void aGapIsWorthAnAnswerAlthoughThePollMayWait() {
        Pace pace = Pace.start();

        assertThat(get("?wait=30&after=0-0").json().getJsonObject("gap")).isNotNull();
        assertThat(pace.elapsed()).isLessThan(pace.stretched(Duration.ofSeconds(5)));
    }

    @Test
    void aPageEndsBeforeAHoleAndTheNextOneBeginsWithIt() {
        try (RunningGateway gateway =
                        RunningGateway.with("HERMES_SSE_HISTORY", "memory").start();
                SseConnection stream = SseConnection.open(gateway.port(), Http.EVENTS + "/queue", Http.apiKey())) {
            String start = stream.next("connected").id();
            String before = Http.publish(gateway.port(), "queue:updates", "queue_update", json("{'n':1}"));
            gateway.redis().restart();
            String hole = stream.next("gap").id();
            String after = Http.publish(gateway.port(), "queue:updates", "queue_update", json("{'n':2}"));

            JsonObject first = Http.get(gateway.port(), "/poll?after=" + start, Http.apiKey())
                    .json();
            assertThat(first.getJsonArray("events")).hasSize(1);
            assertThat(first.getString("last_id")).isEqualTo(before);
            assertThat(first.getValue("gap")).isEqualTo(false);
            JsonObject second = Http.get(gateway.port(), "/poll?after=" + before, Http.apiKey())
                    .json();
            assertThat(second.getJsonObject("gap").getString("reason")).isEqualTo("source_hole");
            assertThat(second.getJsonObject("gap").getString("requested")).isEqualTo(before);
            assertThat(second.getJsonObject("gap").getString("resumed_at")).isEqualTo(hole);
            assertThat(second.getJsonArray("events").getJsonObject(0).getString("id"))
                    .isEqualTo(after);
        }
    }

    @Test
    void aWaitingPollTakesAPlaceButIsNoActiveConnection() throws IOException {
        try (RunningGateway small =
                        RunningGateway.with("HERMES_SSE_MAX_CONNECTIONS", 1).startWithoutRedis();
                Socket poll = waiting(small, "wait=30")) {
            Http.awaitWaitingPolls(small, 1);

            assertThat(isFull(small)).isTrue();
            assertThat(Http.get(small.port(), "/health").json().getInteger("active_connections"))
                    .isZero();
            assertThat(poll.isConnected()).isTrue();
        }
    }

    @Test
    void aWaitingPollWhoseClientGoesAwayGivesItsPlaceBack() throws IOException {
        try (RunningGateway small =
                RunningGateway.with("HERMES_SSE_MAX_CONNECTIONS", 1).startWithoutRedis()) {
            try (Socket poll = waiting(small, "wait=30")) {
                Http.awaitWaitingPolls(small, 1);
                assertThat(isFull(small)).isTrue();
                assertThat(poll.isConnected()).isTrue();
            }

            Awaitility.await().until(() -> !isFull(small));
        }
    }

    @Test
    void aWaitingPollGivesItsPlaceBackWhenAnswered() throws IOException {
        try (RunningGateway small =
                        RunningGateway.with("HERMES_SSE_MAX_CONNECTIONS", 1).startWithoutRedis();
                Socket poll = waiting(small, "wait=30")) {
            Http.awaitWaitingPolls(small, 1);
            assertThat(isFull(small)).isTrue();
            Http.publish(small.port(), "queue:updates", "queue_update", "{}");
            assertThat(Http.untilEnd(poll)).startsWith("HTTP/1.1 200 ");

            Awaitility.await().until(() -> !isFull(small));
        }
    }

    @Test
    void aRevokedTokenPollsNoMore() {
        String token = GATEWAY.token("queue");
        assertThat(Http.get(GATEWAY.port(), "/poll?token=" + token).status()).isEqualTo(200);
        GATEWAY.redis(Command.DEL, "sse:token:" + token);

        assertThat(Http.get(GATEWAY.port(), "/poll?token=" + token).status()).isEqualTo(401);
    }

    @Test
    void whatWasPublishedIsPolledByTheSameIdsThatAStreamTells() {
        try (SseConnection stream = SseConnection.open(GATEWAY.port(), Http.EVENTS + "/queue", Http.apiKey())) {
            String here = stream.next("connected").id();
            publishMany(3);
            List<String> told =
                    stream.nextLogged(3).stream().map(SseConnection.Frame::id).toList();

            assertThat(get("?after=" + here).json().getJsonArray("events"))
                    .extracting(event -> ((JsonObject) event).getString("id"))
                    .isEqualTo(told);
        }
    }

    /** Whether no stream finds a place; takes none. */
    private static boolean isFull(RunningGateway gateway) {
        try (SseConnection stream = SseConnection.open(gateway.port(), Http.EVENTS + "/queue", Http.apiKey())) {
            return stream.next().event().equals("unavailable");
        }
    }

    private static Socket waiting(RunningGateway gateway, String query) throws IOException {
        Socket socket = Http.connect(gateway.port());
        String request = "GET " + Http.EVENTS + "/poll?" + query + " HTTP/1.1\r\nHost: localhost\r\n"
                + "Connection: close\r\n" + Http.apiKey() + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private static String here() {
        return get("").json().getString("last_id");
    }

    private static Http.Answer get(String query) {
        return Http.get(GATEWAY.port(), "/poll" + query, Http.apiKey());
    }

    private static String publish(int number) {
        return Http.publish(GATEWAY.port(), "queue:updates", "queue_update", json("{'n':%s}", number));
    }

    private static List<String> publishMany(int count) {
        List<String> ids = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            ids.add(publish(number));
        }
        return ids;
    }
}
