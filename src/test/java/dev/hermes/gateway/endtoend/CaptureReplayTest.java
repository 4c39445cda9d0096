package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.endtoend.RecordedTraffic.Message;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * All that Hermes' publishers sent, replayed once before many clients at once. Each test looks at what one of them got.
 */
class CaptureReplayTest {

    private static final String STREAM = "/api/v1/events/stream";
    private static final List<JsonObject> COMMANDS = RecordedTraffic.commands();
    private static final List<Message> MESSAGES = RecordedTraffic.messages(COMMANDS);
    private static final String DOWNLOAD = MESSAGES.stream()
            .filter(on("download:updates"))
            .findFirst()
            .orElseThrow()
            .field("download_id");
    private static final int CURSOR_AT = 200;
    private static final int CONNECTIONS = 11;

    private static RunningGateway gateway;
    private static String start;

    /** All of the recorded events, as the client that sees everything got them. */
    private static List<Frame> everything;

    private static final Map<String, List<Frame>> RECEIVED = new HashMap<>();

    @BeforeAll
    static void replay() throws Exception {
        gateway = RunningGateway.with("HERMES_SSE_HEARTBEAT_INTERVAL", 1).start();
        String key = "Authorization: Bearer " + RunningGateway.API_KEY;
        String few = gateway.token("queue stats download:" + DOWNLOAD);
        SseConnection jwt = SseConnection.open(gateway.port(), STREAM, Jwt.header());
        start = Objects.requireNonNull(jwt.next("connected").id());
        Map<String, SseConnection> clients = new HashMap<>();
        clients.put("key", SseConnection.open(gateway.port(), STREAM, key));
        clients.put("queue", open("/api/v1/events/queue?token=" + gateway.token("queue")));
        clients.put("queue on stream", open(STREAM + "?token=" + gateway.token("queue")));
        clients.put("download", open("/api/v1/events/downloads/" + DOWNLOAD + "?token=" + gateway.token("download:*")));
        clients.put(
                "status",
                open(STREAM + "?channels=download:updates&status=completed,failed&token="
                        + gateway.token("download:*")));
        clients.put("few", open(STREAM + "?token=" + few));
        clients.values().forEach(client -> client.next("connected"));
        CompletableFuture<List<Frame>> restless = CompletableFuture.supplyAsync(CaptureReplayTest::reconnecting);

        try (RedisProducer producer = new RedisProducer(gateway.redis().port())) {
            RecordedTraffic.replay(producer, COMMANDS.subList(0, COMMANDS.size() / 2));
            List<Frame> first = new ArrayList<>(jwt.nextEvents(CURSOR_AT + 1));
            clients.put(
                    "cursor",
                    SseConnection.open(
                            gateway.port(),
                            STREAM,
                            key,
                            "Last-Event-ID: " + first.get(CURSOR_AT).id()));
            RecordedTraffic.replay(producer, COMMANDS.subList(COMMANDS.size() / 2, COMMANDS.size()));
            first.addAll(jwt.nextEvents(MESSAGES.size() - first.size()));
            everything = first;
        }
        String tip = Objects.requireNonNull(everything.get(MESSAGES.size() - 1).id());
        jwt.close();
        clients.forEach((name, client) -> {
            RECEIVED.put(name, upTo(client, tip));
            client.close();
        });
        RECEIVED.put("restless", restless.get());
    }

    @AfterAll
    static void close() {
        gateway.close();
    }

    @Test
    void aUserGetsEveryMessageByteForByteInOrder() {
        assertThat(texts(everything)).isEqualTo(texts(frames(message -> true)));
        assertThat(everything).extracting(Frame::id).doesNotContainNull().doesNotHaveDuplicates();
    }

    @Test
    void anApiKeyGetsEveryMessage() {
        assertThat(RECEIVED.get("key")).isEqualTo(frames(message -> true));
    }

    @Test
    void aQueueTokenGetsTheQueueOnly() {
        assertThat(RECEIVED.get("queue")).hasSize(82).isEqualTo(frames(on("queue:updates")));
        assertThat(RECEIVED.get("queue on stream")).isEqualTo(frames(on("queue:updates")));
    }

    @Test
    void aDownloadsPathGetsThatDownloadOnly() {
        assertThat(RECEIVED.get("download")).hasSizeGreaterThan(20).isEqualTo(frames(CaptureReplayTest::ofDownload));
    }

    @Test
    void aStatusFilterLetsThroughWhatHasIt() {
        Set<String> wanted = Set.of("completed", "failed");

        assertThat(RECEIVED.get("status"))
                .hasSize(20)
                .isEqualTo(frames(on("download:updates").and(message -> wanted.contains(message.field("status")))));
    }

    @Test
    void aTokenOfSeveralScopesGetsAllOfThemInOneOrder() {
        assertThat(RECEIVED.get("few"))
                .isEqualTo(frames(on("queue:updates").or(on("stats:updates")).or(CaptureReplayTest::ofDownload)));
    }

    @Test
    void aClientThatComesInTheMiddleWithACursorGetsWhatFollowsIt() {
        assertThat(RECEIVED.get("cursor")).isEqualTo(frames(message -> true).subList(CURSOR_AT + 1, MESSAGES.size()));
    }

    @Test
    void aClientThatReconnectsTenTimesLosesAndRepeatsNothing() {
        assertThat(RECEIVED.get("restless")).isEqualTo(everything);
    }

    @Test
    void pollsGetTheSamePageByPage() {
        StringBuilder polled = new StringBuilder();
        String after = start;
        for (int page = 0; page < MESSAGES.size(); page += 100) {
            String json = new Operator(gateway)
                    .body("/api/v1/events/poll?limit=100&after=" + after, "Authorization", Jwt.bearer());
            int end = json.lastIndexOf("],\"last_id\":\"");
            polled.append(page == 0 ? "" : ",").append(json, "{\"events\":[".length(), end);
            after = json.substring(end + "],\"last_id\":\"".length(), json.lastIndexOf("\",\"gap\":false}"));
        }

        List<String> expected = new ArrayList<>();
        for (int index = 0; index < MESSAGES.size(); index++) {
            Message message = MESSAGES.get(index);
            expected.add(json(
                    "{'id':'%s','channel':'%s','event':'%s','data':%s,'timestamp':'%s'}",
                    everything.get(index).position(),
                    message.channel(),
                    message.type(),
                    message.data(),
                    message.timestamp()));
        }
        assertThat(polled.toString()).isEqualTo(String.join(",", expected));
        assertThat(after).isEqualTo(everything.get(MESSAGES.size() - 1).id());
    }

    private static SseConnection open(String path) {
        return SseConnection.open(gateway.port(), path);
    }

    private static List<Frame> reconnecting() {
        List<Frame> received = new ArrayList<>();
        String cursor = start;
        for (int connection = 1; connection <= CONNECTIONS; connection++) {
            int target = MESSAGES.size() * connection / CONNECTIONS;
            try (SseConnection client =
                    SseConnection.open(gateway.port(), STREAM, Jwt.header(), "Last-Event-ID: " + cursor)) {
                assertThat(client.next().id()).isEqualTo(cursor);
                while (received.size() < target) {
                    received.add(client.nextEvent());
                }
            }
            cursor = received.get(received.size() - 1).id();
        }
        return received;
    }

    /** A heartbeat that carries the tip says that nothing more is to come. */
    private static List<Frame> upTo(SseConnection client, String tip) {
        List<Frame> received = new ArrayList<>();
        while (true) {
            Frame frame = client.next();
            if (!Set.of("heartbeat", "connected").contains(frame.event())) {
                received.add(frame);
            } else if (tip.equals(frame.id())) {
                return received;
            }
        }
    }

    private static Predicate<Message> on(String channel) {
        return message -> message.channel().equals(channel);
    }

    private static boolean ofDownload(Message message) {
        return message.channel().equals("download:updates")
                && message.field("download_id").equals(DOWNLOAD);
    }

    /** What a client should get that wants those messages: with the same ids as everybody's. */
    private static List<Frame> frames(Predicate<Message> wanted) {
        List<Frame> frames = new ArrayList<>();
        for (int index = 0; index < MESSAGES.size(); index++) {
            Message message = MESSAGES.get(index);
            if (wanted.test(message)) {
                frames.add(new Frame(everything.get(index).id(), message.type(), message.data(), null));
            }
        }
        return frames;
    }

    private static String texts(List<Frame> frames) {
        return frames.stream().map(frame -> frame.event() + " " + frame.data()).collect(Collectors.joining("\n"));
    }
}
