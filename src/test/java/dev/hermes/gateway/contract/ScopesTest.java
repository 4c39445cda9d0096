package dev.hermes.gateway.contract;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a token may see. */
class ScopesTest {

    @AutoClose
    private static final RunningGateway GATEWAY = RunningGateway.started();

    @ParameterizedTest
    @CsvSource({
        "queue, /queue",
        "stats, /stats",
        "system, /system",
        "download:d-1, /downloads/d-1",
        "download:*, /downloads/d-1",
        "analytics, /stream?channels=analytics:updates",
        "storage, /stream?channels=storage:updates",
        "queue stats, /stream?channels=queue:updates"
    })
    void aScopeOpensItsChannel(String scope, String route) {
        String path = route.replace("", "");
        assertThat(head(path, GATEWAY.token(scope)).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "stats, /queue, queue",
        "queue, /stats, stats",
        "queue, /system, system",
        "queue, /downloads/d-1, download:d-1",
        "download:d-2, /downloads/d-1, download:d-1",
        "download:d-1, /downloads/d-10, download:d-10",
        "download:, /downloads/d-1, download:d-1",
        "download, /downloads/d-1, download:d-1",
        "*, /queue, queue",
        "download:d*, /downloads/d-1, download:d-1",
        "queue*, /queue, queue",
        "download:*, /queue, queue",
        "queue, /stream?channels=analytics:updates, analytics",
        "download:d-1, /stream?channels=download:updates&download_id=d-2, download:d-2",
        "queue, /poll?channels=storage:updates, storage"
    })
    void anotherScopeIsRefusedAndTheOneRequiredIsNamed(String scope, String route, String required) {
        Http.Answer answer = Http.get(GATEWAY.port(), route, Http.bearer(GATEWAY.token(scope)));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.detail()).isEqualTo("Insufficient scope: " + required + " required");
    }

    @Test
    void oneChannelTooManyRefusesTheWholeStream() {
        Http.Answer answer = Http.get(
                GATEWAY.port(), "/stream?channels=queue:updates,stats:updates", Http.bearer(GATEWAY.token("queue")));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.detail()).isEqualTo("Insufficient scope: stats required");
    }

    @Test
    void oneTokenMayCarryAWholePagesScopes() {
        String token = GATEWAY.token("queue stats download:d-1 download:d-2");
        try (SseConnection stream = open("/stream", token)) {
            publish("queue:updates", "{}");
            publish("system:notifications", "{}");
            publish("download:updates", json("{'download_id':'d-3'}"));
            publish("download:updates", json("{'download_id':'d-1'}"));
            publish("download:updates", json("{'download_id':'d-2'}"));
            publish("stats:updates", json("{'event':'e'}"));

            assertThat(stream.nextEvents(4))
                    .extracting(Frame::data)
                    .containsExactly(
                            "{}", json("{'download_id':'d-1'}"), json("{'download_id':'d-2'}"), json("{'event':'e'}"));
        }
    }

    @Test
    void theDownloadsChannelIsNarrowedToTheDownloadsOfTheToken() {
        try (SseConnection stream = open("/stream?channels=download:updates", GATEWAY.token("download:d-1"))) {
            publish("download:updates", json("{'download_id':'d-2'}"));
            publish("download:updates", "{}");
            publish("download:updates", json("{'download_id':'d-1'}"));

            assertThat(stream.nextEvent().data()).isEqualTo(json("{'download_id':'d-1'}"));
        }
    }

    @Test
    void theStarSeesEveryDownload() {
        try (SseConnection stream = open("/stream", GATEWAY.token("download:*"))) {
            publish("download:updates", json("{'download_id':'d-2'}"));
            publish("download:updates", "{}");

            assertThat(stream.nextEvents(2))
                    .extracting(Frame::data)
                    .containsExactly(json("{'download_id':'d-2'}"), "{}");
        }
    }

    @Test
    void aQueueTokenSeesTheQueuesEventsOfAnyDownload() {
        try (SseConnection stream = open("/queue", GATEWAY.token("queue"))) {
            publish("queue:updates", json("{'download_id':'d-9'}"));

            assertThat(stream.nextEvent().data()).isEqualTo(json("{'download_id':'d-9'}"));
        }
    }

    @Test
    void aTokenIsTakenFromTheQueryToo() {
        String path = Http.EVENTS + "/queue?token=" + GATEWAY.token("queue");
        try (SseConnection stream = SseConnection.open(GATEWAY.port(), path)) {
            assertThat(stream.next().event()).isEqualTo("connected");
        }
    }

    @Test
    void aTokenIsTakenByPollsToo() {
        assertThat(Http.get(GATEWAY.port(), "/poll?token=" + GATEWAY.token("queue"))
                        .status())
                .isEqualTo(200);
        assertThat(Http.get(GATEWAY.port(), "/poll", Http.bearer(GATEWAY.token("queue")))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aPollSeesWhatItsTokenAllows() {
        String here = Http.get(GATEWAY.port(), "/poll", Http.apiKey()).json().getString("last_id");
        publish("queue:updates", "{}");
        publish("download:updates", json("{'download_id':'d-2'}"));
        publish("download:updates", json("{'download_id':'d-1'}"));

        assertThat(Http.get(GATEWAY.port(), "/poll?after=" + here, Http.bearer(GATEWAY.token("download:d-1")))
                        .json()
                        .getJsonArray("events"))
                .hasSize(1)
                .first()
                .asString()
                .contains("d-1");
    }

    /** For a client that must not get less than it asked for without being told. */
    @ParameterizedTest
    @CsvSource({
        "download:d-0, 'download:d-0,download:d-1', download:d-1",
        "download:d-0 download:d-1, download:*, download:*",
        "download:d-0, 'queue,download:d-0', queue",
        "queue, download:d-0, download:d-0"
    })
    void whoNamesScopesIsRefusedWhereTheTokenLacksOne(String held, String asked, String required) {
        for (String route : List.of("/stream", "/poll")) {
            Http.Answer answer = Http.get(GATEWAY.port(), route + "?scopes=" + asked, Http.bearer(GATEWAY.token(held)));

            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.detail()).isEqualTo("Insufficient scope: " + required + " required");
        }
    }

    @Test
    void whoNamesScopesIsNarrowedToThem() {
        String token = GATEWAY.token("download:* queue stats");
        String channels = "/stream?channels=download:updates,queue:updates&scopes=download:d-0,%20download:d-1,queue";
        try (SseConnection stream = open(channels, token)) {
            for (String id : List.of("d-2", "d-1", "d-0")) {
                publish("download:updates", json("{'download_id':'%s'}", id));
            }
            publish("stats:updates", "{}");
            publish("queue:updates", json("{'download_id':'d-2'}"));

            assertThat(stream.nextEvents(3))
                    .extracting(Frame::data)
                    .containsExactly(
                            json("{'download_id':'d-1'}"),
                            json("{'download_id':'d-0'}"),
                            json("{'download_id':'d-2'}"));
        }
    }

    @Test
    void aScopeThatTheCatalogueDoesNotHaveIsRefusedByName() {
        Http.Answer answer = Http.get(GATEWAY.port(), "/poll?scopes=queue,wrong", Http.apiKey());

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.detail())
                .isEqualTo("Unknown scope 'wrong'. Allowed: download:<id>, queue, stats, system, analytics, storage");
    }

    @Test
    void aTokenWithoutAnyScopeOfTheCatalogueSeesNothing() {
        Http.Answer answer = Http.get(GATEWAY.port(), "/stream", Http.bearer(GATEWAY.token("admin")));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.detail()).startsWith("Insufficient scope: ").endsWith(" required");
    }

    private static Http.Answer head(String path, String token) {
        return Http.request(GATEWAY.port(), "HEAD", Http.EVENTS + path, null, Http.bearer(token));
    }

    /** Resumes at the tip, so that no stream is greeted with what another test published. */
    private static SseConnection open(String path, String token) {
        String here = Http.get(GATEWAY.port(), "/poll", Http.apiKey()).json().getString("last_id");
        SseConnection stream =
                SseConnection.open(GATEWAY.port(), Http.EVENTS + path, Http.bearer(token), "Last-Event-ID: " + here);
        assertThat(stream.next().event()).isEqualTo("connected");
        return stream;
    }

    private static void publish(String channel, String data) {
        Http.publish(GATEWAY.port(), channel, "said", data);
    }
}
