package dev.hermes.gateway.process;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.demo.EmbeddedRedis;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that is asked to end: what it tells those who are there and those who come, and when it is gone. */
class DrainIT {

    private static final int TIMEOUT_SECONDS = 5;
    private static final int STREAMS = 200;
    private static final String EVENTS = "/api/v1/events";

    /** When a stream was told to end, and what. */
    private record Told(long atNanos, Frame closing) {

        int reconnectAfter() {
            return new JsonObject(closing.data()).getInteger("reconnect_after_ms");
        }
    }

    @TempDir
    Path temporary;

    private EmbeddedRedis redis;
    private RunningJar gateway;
    private final List<SseConnection> streams = new ArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(STREAMS + 1);

    @BeforeEach
    void start() {
        redis = EmbeddedRedis.start();
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
        List<CompletableFuture<Told>> telling = streams.stream()
                .map(stream -> CompletableFuture.supplyAsync(
                        () -> {
                            Frame closing = stream.next("closing");
                            return new Told(System.nanoTime(), closing);
                        },
                        threads))
                .toList();

        gateway.process().signal("TERM");
        List<Told> told = telling.stream()
                .map(CompletableFuture::join)
                .sorted(Comparator.comparing(Told::atNanos))
                .toList();

        assertThat(gateway.process().awaitExit(Duration.ofSeconds(TIMEOUT_SECONDS + 5)))
                .isZero();
        assertThat(told).allSatisfy(one -> {
            assertThat(new JsonObject(one.closing().data()).getString("reason")).isEqualTo("server_shutdown");
            assertThat(one.reconnectAfter())
                    .isBetween(0, 2_000)
                    .isEqualTo(one.closing().retry());
        });
        assertThat(told.stream().map(Told::reconnectAfter).distinct().count()).isGreaterThan(STREAMS / 2);
        // 10 ms a stream: two seconds for all, a quarter in each half second.
        long spread = told.get(STREAMS - 1).atNanos() - told.get(0).atNanos();
        assertThat(Duration.ofNanos(spread)).isBetween(Duration.ofMillis(1_500), Duration.ofSeconds(4));
        long half = TimeUnit.MILLISECONDS.toNanos(500);
        assertThat(told)
                .allSatisfy(one -> assertThat(told.stream()
                                .filter(other ->
                                        other.atNanos() >= one.atNanos() && other.atNanos() < one.atNanos() + half)
                                .count())
                        .isLessThan(STREAMS / 2));
    }

    @Test
    void whoComesWhileItDrainsIsSentOnAndWhoAskedIsAnswered() {
        for (int stream = 0; stream < STREAMS; stream++) {
            streams.add(open());
        }
        int port = gateway.port();
        int management = gateway.managementPort();
        HttpClient client = HttpClient.newHttpClient();
        List<CompletableFuture<HttpResponse<String>>> polls = new ArrayList<>();
        for (int poll = 0; poll < 5; poll++) {
            polls.add(client.sendAsync(poll(port, "?wait=30"), HttpResponse.BodyHandlers.ofString()));
        }
        // A poll is admitted before this one, which takes the same way, is answered.
        RunningJar.send(HttpRequest.newBuilder(poll(port, ""), (name, value) -> true));
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
            assertThat(late.untilEnd(Duration.ofSeconds(5))).isEmpty();
        }
        HttpResponse<String> latePoll = RunningJar.send(HttpRequest.newBuilder(poll(port, ""), (name, value) -> true));
        assertThat(latePoll.statusCode()).isEqualTo(503);
        assertThat(latePoll.body()).contains("SHUTTING_DOWN");
        assertThat(polls).allSatisfy(poll -> {
            HttpResponse<String> answer = poll.get(1, TimeUnit.SECONDS);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(new JsonObject(answer.body()).getJsonArray("events")).isEmpty();
        });
        assertThat(gateway.process().awaitExit(Duration.ofSeconds(TIMEOUT_SECONDS + 5)))
                .isZero();
    }

    @Test
    void everythingAcknowledgedIsInTheLog() {
        int port = gateway.port();
        for (int stream = 0; stream < STREAMS; stream++) {
            streams.add(open());
        }
        List<String> acknowledged = new ArrayList<>();
        CompletableFuture<Void> publishing =
                CompletableFuture.runAsync(() -> publishUntilRefused(port, acknowledged), threads);
        streams.get(0).next("queue_update");

        gateway.process().signal("TERM");

        assertThat(gateway.process().awaitExit(Duration.ofSeconds(TIMEOUT_SECONDS + 5)))
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
        int port = gateway.port();
        String cursor = open().next("connected").position();
        try (RedisProducer producer = new RedisProducer(redis.port());
                SseConnection reading = open()) {
            for (int number = 0; number < 100; number++) {
                producer.event("queue:updates", "queue_update", json("{'filler': '%s'}", "x".repeat(100 << 10)))
                        .sync();
                reading.nextEvent();
            }
        }
        try (SseConnection stalled =
                SseConnection.openUnread(port, EVENTS + "/queue", JarSettings.CREDENTIAL, "Last-Event-ID: " + cursor)) {
            assertThat(stalled.status()).isEqualTo(200);

            gateway.process().signal("TERM");

            assertThat(gateway.process().awaitExit(Duration.ofSeconds(TIMEOUT_SECONDS + 5)))
                    .isZero();
        }
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
