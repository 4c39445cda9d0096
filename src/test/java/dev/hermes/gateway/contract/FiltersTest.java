package dev.hermes.gateway.contract;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Query parameters: what narrows a stream, and what is refused. */
class FiltersTest {

    @AutoClose
    private static final RunningGateway GATEWAY = new RunningGateway.Settings().startWithoutRedis();

    @ParameterizedTest
    @CsvSource({
        "download:updates, download_id",
        "download:updates, status",
        "queue:updates, download_id",
        "queue:updates, status",
        "queue:updates, action",
        "stats:updates, event",
        "system:notifications, notification_type"
    })
    void aFilterPassesTheExactValueOnly(String channel, String filter) {
        try (SseConnection stream = open("/stream?channels=" + channel + "&" + filter + "=wanted")) {
            publish(channel, json("{'%s':'other'}", filter));
            publish(channel, json("{'%s':'Wanted'}", filter));
            publish(channel, json("{'%s':'wanted-too'}", filter));
            publish(channel, json("{'%s':null}", filter));
            publish(channel, json("{'other':'wanted','in':{'%s':'wanted'}}", filter));
            publish(channel, json("{'%s':'wanted'}", filter));

            assertThat(stream.nextEvent().data()).isEqualTo(json("{'%s':'wanted'}", filter));
        }
    }

    @Test
    void aFilterWithCommasPassesAnyOfTheValues() {
        try (SseConnection stream = open("/queue?status=queued,failed")) {
            publish("queue:updates", json("{'status':'queued'}"));
            publish("queue:updates", json("{'status':'running'}"));
            publish("queue:updates", json("{'status':'failed'}"));

            assertThat(stream.nextEvents(2))
                    .extracting(frame -> frame.data())
                    .containsExactly(json("{'status':'queued'}"), json("{'status':'failed'}"));
        }
    }

    @Test
    void listsMayHaveBlanksAfterTheirCommas() {
        try (SseConnection stream =
                open("/stream?channels=storage:updates,%20queue:updates&status=queued,%20%20blank,+plus")) {
            publish("queue:updates", json("{'status':'other'}"));
            publish("queue:updates", json("{'status':'blank'}"));
            publish("storage:updates", json("{'free':2}"));
            publish("queue:updates", json("{'status':'plus'}"));

            assertThat(stream.nextEvents(3))
                    .extracting(frame -> frame.data())
                    .containsExactly(json("{'status':'blank'}"), json("{'free':2}"), json("{'status':'plus'}"));
        }
    }

    /** Libraries add them so that no cache answers in the server's place. */
    @ParameterizedTest
    @ValueSource(strings = {"/queue?_=1732", "/stream?_t=1&_=2&_=3&channels=stats:updates", "/poll?_cb=x", "/system?_"})
    void parametersThatBeginWithAnUnderscoreArePassedOver(String path) {
        assertThat(Http.request(GATEWAY.port(), "HEAD", Http.EVENTS + path, null, Http.apiKey())
                        .status())
                .isEqualTo(200);
    }

    /** The decoder leaves out what comes after too many: a filter left out would widen a stream. */
    @Test
    void noParameterGoesUnseenBehindOthers() {
        String underscores = "_&".repeat(100);

        assertThat(Http.get(GATEWAY.port(), "/poll?" + underscores + "status=x&limit=0", Http.apiKey())
                        .detail())
                .startsWith("Invalid limit '0'");
        assertThat(Http.get(GATEWAY.port(), "/poll?" + "_&".repeat(1_000) + "limit=0", Http.apiKey())
                        .detail())
                .isEqualTo("Too many parameters. Allowed: fewer than 1000");
    }

    @Test
    void severalFiltersMustAllPass() {
        try (SseConnection stream = open("/queue?status=failed&action=removed&download_id=a,b")) {
            publish("queue:updates", json("{'status':'failed','action':'added','download_id':'a'}"));
            publish("queue:updates", json("{'status':'failed','action':'removed','download_id':'c'}"));
            publish("queue:updates", json("{'status':'failed','action':'removed'}"));
            publish("queue:updates", json("{'status':'failed','action':'removed','download_id':'b'}"));

            assertThat(stream.nextEvent().data()).contains("\"b\"");
        }
    }

    @Test
    void aFilterAppliesToThoseChannelsThatHaveIt() {
        try (SseConnection stream = open("/stream?channels=queue:updates,storage:updates&status=failed")) {
            publish("queue:updates", json("{'status':'running'}"));
            publish("storage:updates", json("{'free':1}"));
            publish("queue:updates", json("{'status':'failed'}"));

            assertThat(stream.nextEvents(2))
                    .extracting(frame -> frame.data())
                    .containsExactly(json("{'free':1}"), json("{'status':'failed'}"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/stream?channels=storage:updates&status=failed",
                "/stream?channels=stats:updates,analytics:updates&download_id=d-1",
                "/poll?channels=system:notifications&action=added",
                "/poll?channels=queue:updates&event=x"
            })
    void aFilterThatNoneOfTheChannelsHasIsRefused(String path) {
        Http.Answer answer = get(path);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.detail())
                .contains("applies to none of the requested channels")
                .contains("Allowed: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/queue?event=x",
                "/stats?status=x",
                "/system?download_id=d",
                "/queue?channels=queue:updates",
                "/stream?download-id=d",
                "/stream?after=1-1",
                "/poll?last_event_id=1-1",
                "/poll?conflate=false",
                "/queue?wait=1",
                "/stream?Channels=queue:updates",
                "/stream?=x"
            })
    void anUnknownParameterIsRefusedByName(String path) {
        Http.Answer answer = get(path);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.detail()).contains("Allowed: ");
    }

    @Test
    void theRefusalOfAParameterNamesItAndWhatIsAllowed() {
        assertThat(get("/poll?sttus=failed").detail())
                .isEqualTo("Unknown parameter 'sttus'. Allowed: action, after, channels, download_id, event, greet,"
                        + " limit, notification_type, scopes, status, token, wait");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/queue?status=a&status=a",
                "/stream?channels=queue:updates&channels=stats:updates",
                "/poll?limit=1&limit=1",
                "/queue?last_event_id=1-1&last_event_id=1-1"
            })
    void aRepeatedParameterIsRefused(String path) {
        Http.Answer answer = get(path);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.detail()).startsWith("Repeated parameter '").endsWith("Allowed: once");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/poll?channels=", "/poll?after=", "/poll?wait=&limit=", "/poll?status=&download_id="})
    void anEmptyParameterCountsAsNone(String path) {
        assertThat(get(path).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "queue",
                "queue:updates,nope",
                "queue:updates,",
                "QUEUE:updates",
                "queue:updates%20",
                "%00",
                "hermes:gateway:log",
                "queue:updates;status=failed"
            })
    void anUnknownChannelIsRefusedAndTheAllowedAreNamed(String channels) {
        Http.Answer answer = get("/stream?channels=" + channels);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.detail())
                .startsWith("Unknown channel '")
                .endsWith("Allowed: download:updates, queue:updates, stats:updates, system:notifications,"
                        + " analytics:updates, storage:updates");
    }

    @Test
    void aRepeatedChannelIsRefused() {
        assertThat(get("/stream?channels=queue:updates,queue:updates").detail())
                .isEqualTo("Repeated channel 'queue:updates'. Allowed: once");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wait=31",
                "wait=-1",
                "wait=1.5",
                "wait=x",
                "wait=%2B1",
                "wait=01",
                "limit=0",
                "limit=1001",
                "limit=all"
            })
    void aNumberOutOfBoundsIsRefused(String parameter) {
        Http.Answer answer = get("/poll?" + parameter);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.detail()).matches("Invalid (wait|limit) '.+'\\. Allowed: (0 to 30|1 to 1000)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "1", "TRUE"})
    void conflateIsTrueOrFalse(String value) {
        assertThat(get("/stream?conflate=" + value).detail())
                .isEqualTo("Invalid conflate '" + value + "'. Allowed: true, false");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"%zz", "%", "%4", "%C0%AF", "%FF", "a%00b", "a%2Fb", "a+b", "a%20b", "a*b", "a:b", "%E2%80%A6"})
    void anIdOfOtherCharactersIsRefusedInAPath(String id) {
        assertThat(get("/downloads/" + id).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"%zz", "%", "%4", "%C0%AF", "%FF", "a%00b", "a%2Fb", "a+b", "a%20b", "a*b", "a:b", "a,,b", ","})
    void anIdOfOtherCharactersIsRefusedInAFilter(String id) {
        assertThat(get("/poll?download_id=" + id).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/downloads/", "/poll?download_id=", "/stream?channels=download:updates&download_id="})
    void anIdMayHaveTwoHundredCharactersAndNoMore(String path) {
        String longest = "a".repeat(200);

        assertThat(Http.request(GATEWAY.port(), "HEAD", Http.EVENTS + path + longest, null, Http.apiKey())
                        .status())
                .isEqualTo(200);
        assertThat(get(path + longest + "a").status()).isEqualTo(400);
    }

    @Test
    void everyCharacterOfAnIdMayBeWrittenPercentEncoded() {
        try (SseConnection stream = open("/downloads/%41%7E%2e%5F-9")) {
            publish("download:updates", json("{'download_id':'A~._-9'}"));

            assertThat(stream.nextEvent().data()).isEqualTo(json("{'download_id':'A~._-9'}"));
        }
    }

    @Test
    void aFilterMayBeAnyTextPercentEncoded() {
        try (SseConnection stream = open("/system?notification_type=disk%20f%C3%BCll+now%26%25")) {
            publish("system:notifications", json("{'notification_type':'disk f\u00fcll now&%'}"));

            assertThat(stream.nextEvent().data()).contains("now&%");
        }
    }

    @Test
    void anEventWhoseKeyIsNoIdFlowsToTheWholeChannelAllTheSame() {
        try (SseConnection stream = open("/stream?channels=download:updates")) {
            publish("download:updates", json("{'download_id':'a/b c'}"));

            assertThat(stream.nextEvent().data()).isEqualTo(json("{'download_id':'a/b c'}"));
        }
    }

    private static Http.Answer get(String path) {
        return Http.get(GATEWAY.port(), path, Http.apiKey());
    }

    /** Resumes at the tip, so that no stream is greeted with what another test published. */
    private static SseConnection open(String path) {
        String here = get("/poll").json().getString("last_id");
        SseConnection stream =
                SseConnection.open(GATEWAY.port(), Http.EVENTS + path, Http.apiKey(), "Last-Event-ID: " + here);
        assertThat(stream.next().event()).isEqualTo("connected");
        return stream;
    }

    private static void publish(String channel, String data) {
        Http.publish(GATEWAY.port(), channel, "said", data);
    }
}
