package dev.hermes.gateway.contract;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which stream route tells of what. */
class StreamRoutesTest {

    private static final List<String> CHANNELS = List.of(
            "download:updates",
            "queue:updates",
            "stats:updates",
            "system:notifications",
            "analytics:updates",
            "storage:updates");

    @AutoClose
    private static final RunningGateway GATEWAY = RunningGateway.started();

    @ParameterizedTest
    @CsvSource({
        "/downloads/d-1, download:updates",
        "/queue, queue:updates",
        "/stats, stats:updates",
        "/system, system:notifications",
        "/stream?channels=download:updates, download:updates",
        "/stream?channels=queue:updates, queue:updates",
        "/stream?channels=stats:updates, stats:updates",
        "/stream?channels=system:notifications, system:notifications",
        "/stream?channels=analytics:updates, analytics:updates",
        "/stream?channels=storage:updates, storage:updates"
    })
    void aRouteDeliversItsChannelAndNoOther(String route, String channel) {
        try (SseConnection stream = openHere(route, Http.apiKey())) {
            publishOneOnEach();
            publish(channel, "heard.last", json("{'download_id':'d-1'}"));

            assertThat(stream.nextEvents(2))
                    .extracting(Frame::event)
                    .containsExactly(channel.replace(':', '.'), "heard.last");
        }
    }

    @Test
    void aDownloadsRouteDeliversThatDownloadOnly() {
        try (SseConnection stream = openHere("/downloads/d-1", Http.apiKey())) {
            publish("download:updates", "download_progress", json("{'download_id':'d-2'}"));
            publish("download:updates", "download_progress", json("{'download_id':'d-10'}"));
            publish("download:updates", "download_progress", json("{'download_id':'d-1'}"));

            assertThat(stream.nextEvent().data()).isEqualTo(json("{'download_id':'d-1'}"));
        }
    }

    @Test
    void aStreamDeliversAllTheChannelsItNames() {
        try (SseConnection stream = openHere("/stream?channels=queue:updates,storage:updates", Http.apiKey())) {
            publishOneOnEach();

            assertThat(stream.nextEvents(2))
                    .extracting(Frame::event)
                    .containsExactly("queue.updates", "storage.updates");
        }
    }

    @Test
    void aStreamWithoutChannelsDeliversAllThatItsTokenAllows() {
        String token = GATEWAY.token("queue analytics");
        try (SseConnection stream = openHere("/stream", Http.bearer(token))) {
            publishOneOnEach();
            publish("queue:updates", "heard.last", "{}");

            assertThat(stream.nextEvents(3))
                    .extracting(Frame::event)
                    .containsExactly("queue.updates", "analytics.updates", "heard.last");
        }
    }

    @Test
    void aStreamWithoutChannelsDeliversEverythingToAnApiKey() {
        try (SseConnection stream = openHere("/stream", Http.apiKey())) {
            publishOneOnEach();

            assertThat(stream.nextEvents(CHANNELS.size()))
                    .extracting(frame -> frame.event().replace('.', ':'))
                    .containsExactlyElementsOf(CHANNELS);
        }
    }

    @Test
    void aStreamWithoutChannelsDeliversEverythingToAJwt() {
        try (SseConnection stream = openHere("/stream", Http.bearer(Jwt.of("u-1")))) {
            publishOneOnEach();

            assertThat(stream.nextEvents(CHANNELS.size()))
                    .extracting(frame -> frame.event().replace('.', ':'))
                    .containsExactlyElementsOf(CHANNELS);
        }
    }

    @ParameterizedTest
    @CsvSource({"download:d-1:progress, download:updates", "queue:stats, stats:updates"})
    void whatProducersSayOnAnotherRedisNameOfAChannelIsHeardOnIt(String redisName, String channel) {
        try (SseConnection stream = openHere("/stream?channels=" + channel, Http.apiKey())) {
            GATEWAY.publish(redisName, "said", new JsonObject().put("n", 1));

            assertThat(stream.nextEvent().event()).isEqualTo("said");
        }
    }

    @Test
    void theIdInARedisNameIsTheEventsIdWhereItsDataHasNone() {
        try (SseConnection stream = openHere("/downloads/by-name", Http.apiKey())) {
            GATEWAY.publish("download:by-name:progress", "download_progress", new JsonObject().put("progress", 5));

            assertThat(stream.nextEvent().data()).isEqualTo(json("{'progress':5}"));
        }
    }

    /** Resumes at the tip, so that no stream is greeted with what another test published. */
    private static SseConnection openHere(String route, String credential) {
        String here = Http.get(GATEWAY.port(), "/poll", Http.apiKey()).json().getString("last_id");
        SseConnection stream =
                SseConnection.open(GATEWAY.port(), Http.EVENTS + route, credential, "Last-Event-ID: " + here);
        assertThat(stream.next().event()).isEqualTo("connected");
        return stream;
    }

    private static void publishOneOnEach() {
        CHANNELS.forEach(channel -> publish(channel, channel.replace(':', '.'), json("{'download_id':'d-1'}")));
    }

    private static void publish(String channel, String type, String data) {
        Http.publish(GATEWAY.port(), channel, type, data);
    }
}
