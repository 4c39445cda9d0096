package dev.hermes.gateway.contract;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stream is made of: its head, and each kind of frame in good times. */
class StreamFramesTest {

    private static final String UUID_TEXT = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    @AutoClose
    private static final RunningGateway GATEWAY =
            RunningGateway.with("HERMES_SSE_HEARTBEAT_INTERVAL", 1).start();

    @Test
    void theHeadSaysThatNobodyMayKeepChangeOrCollectTheStream() {
        try (SseConnection stream = open("/system")) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.header("Content-Type")).isEqualTo("text/event-stream; charset=utf-8");
            assertThat(stream.header("Cache-Control")).isEqualTo("no-cache, no-transform");
            assertThat(stream.header("X-Accel-Buffering")).isEqualTo("no");
            assertThat(stream.header("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(stream.header("Content-Length")).isNull();
        }
    }

    @Test
    void theHeadCarriesThePositionThatConnectedCarries() {
        try (SseConnection stream = open("/system")) {
            assertThat(stream.header("Last-Event-ID"))
                    .isNotEmpty()
                    .isEqualTo(stream.next().id());
        }
    }

    @Test
    void theFirstFrameIsConnectedFieldByField() throws IOException {
        try (Socket socket = Http.connect(GATEWAY.port())) {
            String request = "GET " + Http.EVENTS + "/system HTTP/1.1\r\nHost: localhost\r\n" + Http.apiKey();
            socket.getOutputStream().write((request + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            Http.readUntil(socket, "\r\n\r\n");
            Http.readUntil(socket, "\r\n");

            assertThat(Http.readUntil(socket, "\n\n"))
                    .matches(json(
                            "retry: [3-8][0-9]{2}\nid: [0-9]+-[0-9]+\nevent: connected\ndata: "
                                    + "\\{'connection_id':'conn_%s','timestamp':'[^']+'}\n\n",
                            UUID_TEXT));
        }
    }

    @Test
    void connectedTellsWhenToComeBackDifferentlyToEachClient() {
        List<Integer> retries = new ArrayList<>();
        for (int client = 0; client < 10; client++) {
            try (SseConnection stream = open("/system")) {
                retries.add(stream.next().retry());
            }
        }

        assertThat(retries).allSatisfy(retry -> assertThat(retry).isBetween(300, 900));
        assertThat(retries.stream().distinct()).hasSizeGreaterThan(1);
    }

    @Test
    void connectedNamesTheConnectionAndTheTime() {
        try (SseConnection stream = open("/system")) {
            JsonObject connected = new JsonObject(stream.next().data());

            assertThat(connected.getString("connection_id")).matches("conn_" + UUID_TEXT);
            assertThat(Instant.parse(connected.getString("timestamp")))
                    .isBetween(Instant.now().minusSeconds(30), Instant.now().plusSeconds(1));
        }
    }

    @Test
    void eachConnectionHasANameOfItsOwn() {
        try (SseConnection one = open("/system");
                SseConnection other = open("/system")) {
            assertThat(one.next().data()).isNotEqualTo(other.next().data());
        }
    }

    @Test
    void aRequestIdOfTheClientComesBack() {
        try (SseConnection stream = open("/system", "X-Request-Id: page-load.17_b")) {
            assertThat(stream.header("X-Request-Id")).isEqualTo("page-load.17_b");
        }
    }

    @Test
    void aRequestWithoutAnIdIsGivenOne() {
        try (SseConnection stream = open("/system")) {
            assertThat(stream.header("X-Request-Id")).matches(UUID_TEXT);
            assertThat(UUID.fromString(stream.header("X-Request-Id"))).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"with blank", "<script>", "ünicode", ""})
    void aRequestIdThatIsNoDecentOneIsReplaced(String id) {
        try (SseConnection stream = open("/system", "X-Request-Id: " + id)) {
            assertThat(stream.header("X-Request-Id")).matches(UUID_TEXT);
        }
    }

    @Test
    void anEventCarriesItsIdItsTypeAndItsData() {
        try (SseConnection stream = open("/system")) {
            stream.next();
            String id = Http.publish(
                    GATEWAY.port(), "system:notifications", "system_notification", json("{'action':'added'}"));

            assertThat(stream.nextEvent())
                    .isEqualTo(new Frame(id, "system_notification", json("{'action':'added'}"), null));
        }
    }

    @Test
    void idsGrow() {
        try (SseConnection stream = open("/system")) {
            EventId before = id(stream.next());
            for (int event = 0; event < 20; event++) {
                Http.publish(GATEWAY.port(), "system:notifications", "system_notification", "{}");
                EventId id = id(stream.nextEvent());
                assertThat(id.isAfter(before)).isTrue();
                before = id;
            }
        }
    }

    @Test
    void aPayloadOfManyLinesComesAsManyDataLines() {
        try (SseConnection stream = open("/system")) {
            stream.next();
            GATEWAY.redis(
                    io.vertx.redis.client.Command.PUBLISH,
                    "system:notifications",
                    json("{'type':'system_notification','data':{\r\n'a':\n\n1,\r'b': 2}}"));

            assertThat(stream.nextEvent().data()).isEqualTo(json("{\n'a':\n\n1,\n'b': 2}"));
        }
    }

    @Test
    void whatProducersWroteArrivesAsTheyWroteIt() {
        String data = json("{'z':1.0E+2, 'a':'\\u00e9\\/ \u00e9 \ud83c\udfac','n':-0.0,'big':12345678901234567890.10}");
        try (SseConnection stream = open("/system")) {
            stream.next();
            GATEWAY.redis(
                    io.vertx.redis.client.Command.PUBLISH,
                    "system:notifications",
                    json("{'type':'system_notification','data':%s,'timestamp':'t'}", data));

            assertThat(stream.nextEvent().data()).isEqualTo(data);
        }
    }

    @Test
    void anEventPublishedRightAfterConnectedIsNeverMissed() {
        for (int round = 0; round < 200; round++) {
            try (SseConnection stream = open("/system")) {
                stream.next("connected");
                GATEWAY.publish("system:notifications", "system_notification", new JsonObject().put("round", round));

                assertThat(stream.nextEvent().data()).isEqualTo(json("{'round':%s}", round));
            }
        }
    }

    @Test
    void anIdleStreamBeatsEverySecondWithTheTipsPosition() {
        try (SseConnection stream = open("/system?notification_type=nothing-ever")) {
            stream.next("connected");
            String tip = Http.publish(
                    GATEWAY.port(),
                    "system:notifications",
                    "system_notification",
                    json("{'notification_type':'other'}"));

            Frame beat = stream.next("heartbeat");
            while (!tip.equals(beat.id())) {
                beat = stream.next("heartbeat");
            }
            List<Long> apart = new ArrayList<>();
            for (int beats = 0; beats < 5; beats++) {
                Frame next = stream.next("heartbeat");
                assertThat(next.id()).isEqualTo(tip);
                apart.add(apart(beat, next));
                beat = next;
            }
            // A machine that stands still for a moment moves two of them.
            apart.sort(null);
            assertThat(apart.get(2)).isBetween(500L, 2_500L);
        }
    }

    @Test
    void aBusyStreamBeatsTooWithThePositionOfItsLastEvent() {
        try (SseConnection stream = open("/system")) {
            stream.next("connected");
            String last = null;
            for (int beats = 0; beats < 2; ) {
                Http.publish(GATEWAY.port(), "system:notifications", "system_notification", "{}");
                for (Frame frame = stream.next(); ; frame = stream.next()) {
                    if (!frame.event().equals("heartbeat")) {
                        last = frame.id();
                        break;
                    }
                    if (last != null) {
                        beats++;
                        assertThat(frame.id()).isEqualTo(last);
                    }
                }
            }
        }
    }

    private static long apart(Frame one, Frame next) {
        return java.time.Duration.between(time(one), time(next)).toMillis();
    }

    private static Instant time(Frame beat) {
        return Instant.parse(new JsonObject(beat.data()).getString("timestamp"));
    }

    private static EventId id(Frame frame) {
        return Objects.requireNonNull(EventId.parse(frame.position()));
    }

    private static SseConnection open(String path, String... headers) {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = Http.apiKey();
        return SseConnection.open(GATEWAY.port(), Http.EVENTS + path, all);
    }
}
