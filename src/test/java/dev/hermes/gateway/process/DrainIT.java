package dev.hermes.gateway.process;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that is asked to end: what it tells those who are there and those who come, and when it is gone. */
class DrainIT {

    private static final int TIMEOUT_SECONDS = 5;
    private static final int STREAMS = 200;

    /** To end these takes fifteen seconds, in which a test on a busy machine has time for a few requests. */
    private static final int MANY_STREAMS = 1_500;

    private static final String EVENTS = "/api/v1/events";

    private static final Pattern CLOSED = Pattern.compile("^(\\S+) .*stream closed .*reason=\"server_shutdown\"");

    @TempDir
    Path temporary;

    private EmbeddedRedis redis;
    private RunningJar gateway;
    private final List<SseConnection> streams = new ArrayList<>();
    private final ExecutorService threads = Executors.newSingleThreadExecutor();

    @BeforeEach
    void start() {
        redis = FreePorts.redis();
        gateway = RunningJar.start(temporary, JarSettings.with(redis, "HERMES_DRAIN_TIMEOUT", TIMEOUT_SECONDS));
    }

    @AfterEach
    void close() {
        streams.forEach(SseConnection::close);
        threads.shutdownNow();
        gateway.close();
        redis.close();
    }

    @Test
    void streamsAreEndedOneAfterAnotherEachWithItsOwnTimeToComeBack() {
        for (int stream = 0; stream < STREAMS; stream++) {
            streams.add(open());
        }

        gateway.process().signal("TERM");
        List<Frame> told =
                streams.stream().map(stream -> stream.next("closing")).toList();

        assertThat(gateway.process().awaitExit(Duration.ofSeconds(TIMEOUT_SECONDS + 15)))
                .isZero();
        assertThat(told).allSatisfy(one -> {
            assertThat(new JsonObject(one.data()).getString("reason")).isEqualTo("server_shutdown");
            assertThat(reconnectAfter(one)).isBetween(0, 2_000).isEqualTo(one.retry());
        });
        assertThat(told.stream().map(DrainIT::reconnectAfter).distinct().count())
                .isGreaterThan(STREAMS / 2);
        assertSpread(closings());
    }

    private static int reconnectAfter(Frame closing) {
        return new JsonObject(closing.data()).getInteger("reconnect_after_ms");
    }

    /** 10 ms a stream: two seconds for all, a quarter in each half second, and what a gateway that was held up makes up for. */
    private static void assertSpread(List<Long> millis) {
        assertThat(millis).hasSize(STREAMS);
        long heldUp = IntStream.range(1, STREAMS)
                .mapToLong(index -> millis.get(index) - millis.get(index - 1))
                .max()
                .orElseThrow();
        assertThat(millis.get(STREAMS - 1) - millis.get(0)).isBetween(1_500L, 4_000L + heldUp);
        assertThat(millis)
                .allSatisfy(one -> assertThat(millis.stream()
                                .filter(other -> other >= one && other < one + 500)
                                .count())
                        .isLessThan(STREAMS / 2 + heldUp / 10));
    }

    /** When the gateway ended each stream, by its own log: how soon a test reads it depends on the machine. */
    private List<Long> closings() {
        return gateway.process().lines().stream()
                .map(CLOSED::matcher)
                .filter(Matcher::find)
                .map(closed -> Instant.parse(closed.group(1)).toEpochMilli())
                .sorted()
                .toList();
    }

    @Test
    void whoComesWhileItDrainsIsSentOnAndWhoAskedIsAnswered() {
        gateway.close();
        gateway = RunningJar.start(
                temporary,
                JarSettings.with(redis, "HERMES_DRAIN_TIMEOUT", 30, "HERMES_SSE_MAX_CONNECTIONS", 2 * MANY_STREAMS));
        int port = gateway.port();
        int management = gateway.managementPort();
        for (int stream = 0; stream < MANY_STREAMS; stream++) {
            streams.add(SseConnection.openUnread(port, EVENTS + "/queue", JarSettings.CREDENTIAL));
        }
        HttpClient client = HttpClient.newHttpClient();
        List<CompletableFuture<HttpResponse<String>>> polls = new ArrayList<>();
        for (int poll = 0; poll < 5; poll++) {
            polls.add(client.sendAsync(poll(port, "?wait=30"), HttpResponse.BodyHandlers.ofString()));
        }
        Awaitility.await()
                .until(() -> RunningJar.get(management, "/metrics").body().contains("\nhermes_polls_waiting 5.0\n"));
        assertThat(RunningJar.get(management, "/health/ready").statusCode()).isEqualTo(200);

        gateway.process().signal("TERM");
        gateway.process().await("gateway is draining");

        HttpResponse<String> ready = RunningJar.get(management, "/health/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).contains("draining");
        assertThat(RunningJar.get(management, "/health/live").statusCode()).isEqualTo(200);
        try (SseConnection late = SseConnection.open(port, EVENTS + "/queue", JarSettings.CREDENTIAL)) {
            assertThat(late.status()).isEqualTo(200);
            Frame unavailable = late.next();
            assertThat(unavailable.event()).isEqualTo("unavailable");
            assertThat(new JsonObject(unavailable.data()).getString("code")).isEqualTo("SHUTTING_DOWN");
            assertThat(unavailable.retry()).isBetween(0, 2_000);
            assertThat(late.untilEnd(Duration.ofSeconds(20))).isEmpty();
        }
        HttpResponse<String> latePoll = RunningJar.send(HttpRequest.newBuilder(poll(port, ""), (name, value) -> true));
        assertThat(latePoll.statusCode()).isEqualTo(503);
        assertThat(latePoll.body()).contains("SHUTTING_DOWN");
        assertThat(polls).allSatisfy(poll -> {
            HttpResponse<String> answer = poll.get(30, TimeUnit.SECONDS);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(new JsonObject(answer.body()).getJsonArray("events")).isEmpty();
        });
        streams.forEach(SseConnection::close);
        assertThat(gateway.process().awaitExit(Duration.ofSeconds(TIMEOUT_SECONDS + 15)))
                .isZero();
    }

    @Test
    void everythingAcknowledgedIsInTheLog() {
        int port = gateway.port();
        for (int stream = 0; stream < STREAMS; stream++) {
            streams.add(open());
        }
        List<String> acknowledged = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> publishing =
                CompletableFuture.runAsync(() -> publishUntilRefused(port, acknowledged), threads);
        streams.get(0).next("queue_update");
        Awaitility.await().until(() -> acknowledged.size() > 10);

        gateway.process().signal("TERM");

        assertThat(gateway.process().awaitExit(Duration.ofSeconds(TIMEOUT_SECONDS + 15)))
                .isZero();
        publishing.join();
        try (RedisProducer reader = new RedisProducer(redis.port())) {
            List<String> log = reader.send("XRANGE", "hermes:events", "-", "+").sync();
            assertThat(acknowledged).hasSizeGreaterThan(10).doesNotHaveDuplicates();
            assertThat(log).containsAll(acknowledged);
        }
    }

    @Test
    void aClientThatTakesNothingHoldsNobodyUp() {
        try (SseConnection stalled = stalled()) {
            assertThat(stalled.status()).isEqualTo(200);

            gateway.process().signal("TERM");

            assertThat(gateway.process().awaitExit(Duration.ofSeconds(TIMEOUT_SECONDS + 15)))
                    .isZero();
        }
    }

    /** One whose client takes nothing of more than what the buffers on the way can hold. */
    private SseConnection stalled() {
        String cursor;
        try (SseConnection first = open()) {
            cursor = first.next("connected").position();
        }
        try (RedisProducer producer = new RedisProducer(redis.port());
                SseConnection reading = open()) {
            for (int number = 0; number < 100; number++) {
                producer.event("queue:updates", "queue_update", json("{'filler': '%s'}", "x".repeat(100 << 10)))
                        .sync();
                reading.nextEvent();
            }
        }
        return SseConnection.openUnread(
                gateway.port(), EVENTS + "/queue", JarSettings.CREDENTIAL, "Last-Event-ID: " + cursor);
    }

    private SseConnection open() {
        SseConnection stream = SseConnection.open(gateway.port(), EVENTS + "/queue", JarSettings.CREDENTIAL);
        assertThat(stream.status()).isEqualTo(200);
        return stream;
    }

    private static HttpRequest poll(int port, String query) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + EVENTS + "/poll" + query))
                .header("Authorization", "Bearer " + RunningGateway.API_KEY)
                .build();
    }

    private static void publishUntilRefused(int port, List<String> acknowledged) {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest publish = HttpRequest.newBuilder(URI.create("http://localhost:" + port + EVENTS + "/publish"))
                .header("Authorization", "Bearer " + RunningGateway.API_KEY)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        json("{'channel': 'queue:updates', 'type': 'queue_update', 'data': {}}")))
                .build();
        try {
            HttpResponse<String> answer = client.send(publish, HttpResponse.BodyHandlers.ofString());
            while (answer.statusCode() == 202) {
                JsonArray ids = new JsonObject(answer.body()).getJsonArray("ids");
                ids.forEach(id -> acknowledged.add((String) id));
                answer = client.send(publish, HttpResponse.BodyHandlers.ofString());
            }
        } catch (IOException gone) {
            // The end of the gateway, and of what it acknowledges.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
