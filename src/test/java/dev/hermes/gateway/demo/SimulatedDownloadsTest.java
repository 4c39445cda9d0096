package dev.hermes.gateway.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.protocol.PythonJson;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.embedded.RedisServer;

@Timeout(180)
class SimulatedDownloadsTest {

    private static final Pattern LIFE = Pattern.compile("queue-added-queued download-queued"
            + " queue-status_changed-downloading download-downloading( set download-downloading)+"
            + "( download-processing queue-status_changed-processing"
            + " download-completed queue-status_changed-completed stats-download_completed del"
            + "| download-failed queue-status_changed-failed del"
            + "| download-cancelled queue-status_changed-cancelled del)( queue-removed)?");

    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong secondsSimulated = new AtomicLong();
    private RedisServer redis;
    private String url;
    private RedisListener listener;
    private SimulatedDownloads simulation;

    @BeforeEach
    void start() throws IOException {
        int port = FreePorts.next();
        redis = RedisServer.builder()
                .port(port)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
        redis.start();
        url = "redis://127.0.0.1:" + port;
        listener = new RedisListener(vertx, url);
        simulation = new SimulatedDownloads(vertx, url, 7, quickClock(), 2);
    }

    @AfterEach
    void stop() throws IOException {
        simulation.close().await();
        listener.close();
        vertx.close().await();
        redis.stop();
    }

    @Test
    void speaksInTheShapesOfHermes() {
        Map<String, Set<String>> captured = shapes(Capture.heard());
        simulation.start().await();

        await().atMost(Duration.ofSeconds(20))
                .until(() -> shapes(listener.heard()).keySet().containsAll(captured.keySet()));

        Map<String, Set<String>> simulated = shapes(listener.heard());
        assertThat(captured)
                .hasSize(16)
                .allSatisfy((kind, shape) -> assertThat(simulated).containsEntry(kind, shape));
    }

    @Test
    void leadsEveryDownloadThroughTheStagesOfHermes() {
        assertThat(endedLives(Capture.heard()))
                .hasSize(3)
                .allSatisfy(life -> assertThat(life).matches(LIFE));
        simulation.start().await();

        await().atMost(Duration.ofSeconds(20))
                .until(() -> endedLives(listener.heard()).stream()
                        .map(life -> life.replaceFirst(".*status_changed-(\\w+).*", "$1"))
                        .collect(Collectors.toSet())
                        .containsAll(List.of("completed", "failed", "cancelled")));

        assertThat(endedLives(listener.heard()))
                .allSatisfy(life -> assertThat(life).matches(LIFE));
    }

    @Test
    void keepsForAnHourASnapshotOfTheProgressItPublishes() {
        simulation.start().await();
        await().until(() ->
                listener.heard().stream().anyMatch(heard -> heard.message().equals("set")));
        simulation.close().await();

        // What was published last may be heard after the simulation's end.
        await().untilAsserted(() -> {
            JsonObject expected = lastProgressHeard();
            String key = "download:" + expected.remove("download_id") + ":progress";
            assertThat(ask(Command.GET, key).toString()).isEqualTo(PythonJson.dumps(expected));
            assertThat(ask(Command.TTL, key).toInteger()).isBetween(3_500, 3_600);
        });
    }

    private JsonObject lastProgressHeard() {
        return listener.heard().stream()
                .filter(heard -> heard.kind().equals("download-downloading")
                        && heard.data().containsKey("progress"))
                .reduce((earlier, later) -> later)
                .orElseThrow()
                .data()
                .copy();
    }

    @Test
    void keepsAboutSixDownloadsGoingAtOnce() {
        simulation.start().await();

        await().until(() -> listener.heard().stream()
                        .filter(heard -> heard.kind().equals("queue-removed"))
                        .count()
                > 1);

        List<Heard> heard = listener.heard();
        long begun = count(heard, "queue-status_changed-downloading");
        long ended = count(heard, "del");
        assertThat(begun - ended).isBetween(4L, 6L);
    }

    @Test
    void hasATokenThatMayReadItAllAsSoonAsItHasStarted() {
        simulation.start().await();

        assertThat(simulation.token()).matches("sse_[A-Za-z0-9_-]{43}");
        String key = "sse:token:" + simulation.token();
        JsonObject grant = new JsonObject(ask(Command.GET, key).toString());
        assertThat(grant.fieldNames()).containsExactly("scope", "user_id", "expires_at", "permissions", "created_at");
        assertThat(grant.getString("scope")).isEqualTo("queue stats system download:*");
        assertThat(Duration.between(
                        Instant.parse(grant.getString("created_at")), Instant.parse(grant.getString("expires_at"))))
                .isEqualTo(Duration.ofHours(1));
        assertThat(ask(Command.TTL, key).toInteger()).isBetween(3_500, 3_600);
    }

    @Test
    void renewsTheTokenLongBeforeItExpires() {
        simulation.start().await();
        String key = "sse:token:" + simulation.token();
        String first = ask(Command.GET, key).toString();

        secondsSimulated.addAndGet(1_801);

        await().untilAsserted(() -> assertThat(ask(Command.GET, key).toString()).isNotEqualTo(first));
    }

    @Test
    void goesOnWithTheSameTokenAfterRedisCameBackEmpty() throws IOException {
        simulation.start().await();
        redis.stop();
        listener.close();
        redis.start();
        listener = new RedisListener(vertx, url);

        await().until(() ->
                ask(Command.EXISTS, "sse:token:" + simulation.token()).toBoolean());
        await().until(() ->
                listener.heard().stream().anyMatch(heard -> heard.message().equals("set")));
    }

    @Test
    void leavesNoConnectionBehindWhenClosed() {
        simulation.start().await();
        assertThat(connections()).isGreaterThan(RedisListener.CONNECTIONS);

        simulation.close().await();

        await().untilAsserted(() -> assertThat(connections()).isEqualTo(RedisListener.CONNECTIONS));
        // Messages come in order: nothing of the simulation may stand between the two.
        for (String message : List.of("first", "second")) {
            listener.send(Request.cmd(Command.PUBLISH)
                            .arg("system:notifications")
                            .arg(message))
                    .await();
        }
        await().until(() -> messages().contains("second"));
        assertThat(messages()).endsWith("first", "second");
    }

    private List<String> messages() {
        return listener.heard().stream().map(Heard::message).toList();
    }

    @Test
    void failsToStartWhereThereIsNoRedis() throws IOException {
        redis.stop();

        assertThat(simulation
                        .start()
                        .transform(answer -> Future.succeededFuture(answer.failed()))
                        .await())
                .isTrue();
    }

    private Response ask(Command command, String argument) {
        return listener.send(Request.cmd(command).arg(argument)).await();
    }

    private long connections() {
        return listener.send(Request.cmd(Command.CLIENT).arg("LIST"))
                .await()
                .toString()
                .lines()
                .count();
    }

    /** A tick takes a quarter of a second of the simulation's time, whatever it takes here. */
    private InstantSource quickClock() {
        AtomicLong ticks = new AtomicLong();
        Instant begin = Instant.parse("2026-01-01T00:00:00Z");
        return () -> begin.plusSeconds(secondsSimulated.get()).plusMillis(250 * ticks.getAndIncrement());
    }

    private static Map<String, Set<String>> shapes(List<Heard> heard) {
        return heard.stream()
                .filter(Heard::published)
                .collect(Collectors.groupingBy(
                        Heard::kind, TreeMap::new, Collectors.mapping(Heard::shape, Collectors.toSet())));
    }

    private static List<String> endedLives(List<Heard> heard) {
        return Heard.byDownload(heard).values().stream()
                .map(Heard::kinds)
                .filter(kinds -> kinds.contains(" del"))
                .toList();
    }

    private static long count(List<Heard> heard, String kind) {
        return heard.stream().filter(one -> one.kind().equals(kind)).count();
    }
}
