package dev.hermes.gateway.contract;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /publish}. */
class PublishTest {

    private static final String GOOD = json("{'channel':'queue:updates','type':'queue_update','data':{}}");
    private static final int MAX_EVENT_BYTES = 20_000;

    @AutoClose
    private static final RunningGateway GATEWAY =
            RunningGateway.with("HERMES_MAX_EVENT_BYTES", MAX_EVENT_BYTES).startWithoutRedis();

    @Test
    void noMoreThanATenthOfTheHistoryIsTakenAtOnce() {
        try (RunningGateway small =
                RunningGateway.with("HERMES_HISTORY_MAX_EVENTS", 50).startWithoutRedis()) {
            String five = String.join(",", List.of(GOOD, GOOD, GOOD, GOOD, GOOD));
            assertThat(Http.post(small.port(), "/publish", "[" + five + "]", Http.apiKey())
                            .status())
                    .isEqualTo(202);
            Http.Answer six = Http.post(small.port(), "/publish", "[" + five + "," + GOOD + "]", Http.apiKey());

            assertThat(six.status()).isEqualTo(422);
            assertThat(six.body()).contains("6 events", "at most 5", "HERMES_HISTORY_MAX_EVENTS=50");
        }
    }

    @Test
    void noMoreThanATenthOfTheHistorysBytesIsTakenAtOnceButAlwaysOneEvent() {
        try (RunningGateway small =
                RunningGateway.with("HERMES_HISTORY_MAX_BYTES", 10_000).startWithoutRedis()) {
            String large = GOOD.replace("{}}", json("{'x':'%s'}}", "x".repeat(2_000)));
            assertThat(Http.post(small.port(), "/publish", large, Http.apiKey()).status())
                    .isEqualTo(202);
            Http.Answer two = Http.post(small.port(), "/publish", "[" + large + "," + large + "]", Http.apiKey());

            assertThat(two.status()).isEqualTo(422);
            assertThat(two.body()).contains("at most 1000", "HERMES_HISTORY_MAX_BYTES=10000");
        }
    }

    @Test
    void noMoreThanTenThousandEventsAreTakenAtOnce() {
        try (RunningGateway large =
                RunningGateway.with("HERMES_HISTORY_MAX_EVENTS", 1_000_000).startWithoutRedis()) {
            Http.Answer answer =
                    Http.post(large.port(), "/publish", "[" + GOOD + ("," + GOOD).repeat(10_000) + "]", Http.apiKey());

            assertThat(answer.status()).isEqualTo(422);
            assertThat(answer.body()).contains("10001 events", "at most 10000");
        }
    }

    @Test
    void oneEventIsAnsweredWithItsId() {
        try (SseConnection stream = open()) {
            Http.Answer answer = publish(GOOD);

            assertThat(answer.status()).isEqualTo(202);
            assertThat(answer.json().fieldNames()).containsExactly("ids");
            assertThat(answer.json().getJsonArray("ids"))
                    .containsExactly(stream.nextLogged().id());
        }
    }

    @Test
    void anArrayIsAnsweredWithItsIdsInOrder() {
        try (SseConnection stream = open()) {
            Http.Answer answer = publish("[" + numbered(1) + "," + numbered(2) + "," + numbered(3) + "]");

            assertThat(answer.status()).isEqualTo(202);
            List<Frame> frames = stream.nextLogged(3);
            assertThat(frames)
                    .extracting(Frame::data)
                    .containsExactly(json("{'n':1}"), json("{'n':2}"), json("{'n':3}"));
            assertThat(answer.json().getJsonArray("ids").stream().toList())
                    .isEqualTo(frames.stream().map(Frame::id).toList());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                {"n":1.0E+2,"a" : [ 1,2 ],"e":"\\u00e9\\/\\n"}
                {"z":1,"a":2,"z":3}
                {"big":123456789012345678901234567890.00,"neg":-0}
                { }
                """)
    @ValueSource(strings = {"{\"emoji\":\"\uD83C\uDFAC\",\"u\":\"\\ud83c\\udfac\"}"})
    void theDataArrivesByteForByte(String data) {
        try (SseConnection stream = open()) {
            Http.publish(GATEWAY.port(), "queue:updates", "queue_update", data);

            assertThat(stream.nextLogged().data()).isEqualTo(data);
        }
    }

    @Test
    void theTimestampIsThePublishersIfItGaveOne() {
        String here = poll("").getString("last_id");
        publish(json("{'channel':'queue:updates','type':'t','data':{},'timestamp':'2025-01-02T03:04:05'}"));

        assertThat(poll("?after=" + here)
                        .getJsonArray("events")
                        .getJsonObject(0)
                        .getString("timestamp"))
                .isEqualTo("2025-01-02T03:04:05");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
                {"type":"t","data":{}}; channel
                {"channel":"nope","type":"t","data":{}}; channel
                {"channel":1,"type":"t","data":{}}; channel
                {"channel":"queue:updates","data":{}}; type
                {"channel":"queue:updates","type":"a b","data":{}}; type
                {"channel":"queue:updates","type":"heartbeat","data":{}}; type
                {"channel":"queue:updates","type":"open","data":{}}; type
                {"channel":"queue:updates","type":7,"data":{}}; type
                {"channel":"queue:updates","type":"t"}; data
                {"channel":"queue:updates","type":"t","data":[]}; data
                {"channel":"queue:updates","type":"t","data":"{}"}; data
                {"channel":"queue:updates","type":"t","data":{},"timestamp":1}; timestamp
                {"channel":"queue:updates","type":"t","data":{},"extra":1}; extra
                """)
    void anEventThatIsNotGoodIs422AndNamesTheMember(String event, String member) {
        assertInvalid(publish(event), JsonArray.of("body", member));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void oneBadEventInAnArrayIsNamedByItsIndexAndNoneIsTaken(int bad) {
        String here = poll("").getString("last_id");
        List<String> events = new java.util.ArrayList<>(List.of(numbered(1), numbered(2)));
        events.add(bad, json("{'channel':'nope','type':'t','data':{}}"));

        assertInvalid(publish("[" + String.join(",", events) + "]"), JsonArray.of("body", bad, "channel"));
        assertThat(poll("?after=" + here).getJsonArray("events")).isEmpty();
        assertThat(poll("?after=" + here).getString("last_id")).isEqualTo(here);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not json", "7", "\"text\"", "null", "[]", "[1]", "{", "[{}", "{} {}", "[[]]"})
    void aBodyThatIsNoEventIs422(String body) {
        Http.Answer answer = publish(body);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().getJsonArray("detail")).hasSize(1);
    }

    @Test
    void theRefusalOfAChannelNamesIt() {
        String message = publish(json("{'channel':'nope','type':'t','data':{}}"))
                .json()
                .getJsonArray("detail")
                .getJsonObject(0)
                .getString("msg");

        assertThat(message).contains("'nope'");
    }

    @Test
    void aBodyOfTheGreatestSizeIsTakenAndOneByteMoreIs413() {
        String frame = json("{'channel':'queue:updates','type':'t','data':{'a':''}}");
        String fill = "x".repeat(MAX_EVENT_BYTES - frame.length());

        assertThat(publish(frame.replace("\"\"", "\"" + fill + "\"")).status()).isEqualTo(202);
        assertThat(publish(frame.replace("\"\"", "\"" + fill + "x\"")).status()).isEqualTo(413);
    }

    @Test
    void aChunkedBodyIsAsGood() {
        String head = "POST " + Http.EVENTS + "/publish HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\n" + Http.apiKey() + "\r\nTransfer-Encoding: chunked\r\n\r\n";
        String half = GOOD.substring(0, 16);
        String rest = GOOD.substring(16);

        assertThat(Http.raw(
                        GATEWAY.port(),
                        head + "10\r\n" + half + "\r\n" + Integer.toHexString(rest.length()) + "\r\n" + rest
                                + "\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 202 ");
    }

    private static String numbered(int number) {
        return GOOD.replace("{}", json("{'n':%s}", number));
    }

    private static Http.Answer publish(String body) {
        return Http.post(GATEWAY.port(), "/publish", body, Http.apiKey());
    }

    private static JsonObject poll(String query) {
        return Http.get(GATEWAY.port(), "/poll" + query, Http.apiKey()).json();
    }

    private static SseConnection open() {
        SseConnection stream = SseConnection.open(GATEWAY.port(), Http.EVENTS + "/queue", Http.apiKey());
        stream.next("connected");
        return stream;
    }

    private static void assertInvalid(Http.Answer answer, JsonArray location) {
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().getJsonArray("detail")).singleElement().satisfies(one -> {
            JsonObject error = (JsonObject) one;
            assertThat(error.fieldNames()).containsExactlyInAnyOrder("loc", "msg", "type");
            assertThat(error.getJsonArray("loc")).isEqualTo(location);
            assertThat(error.getString("msg")).isNotEmpty();
        });
    }
}
