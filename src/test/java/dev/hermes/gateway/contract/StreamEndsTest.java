package dev.hermes.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import dev.hermes.gateway.watchdog.Pace;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way in which the server ends a stream, and what it says before. */
class StreamEndsTest {

    /** Long enough that a machine that stands still for a moment does not end a token before its stream has begun. */
    private static final int TOKEN_SECONDS = 8;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @AutoClose
    private static final RunningGateway GATEWAY =
            RunningGateway.with("HERMES_SSE_HEARTBEAT_INTERVAL", 1).start();

    @Test
    void aStreamThatIsOldEnoughEndsAndMayComeBackAtOnce() {
        try (RunningGateway gateway =
                        RunningGateway.with("HERMES_SSE_CONNECTION_TIMEOUT", 1).startWithoutRedis();
                SseConnection stream = SseConnection.open(gateway.port(), Http.EVENTS + "/queue", Http.apiKey())) {
            assertClosing(stream, "connection_timeout", 0, 500);
        }
    }

    @Test
    void closingCarriesThePositionFromWhichNothingIsMissed() {
        try (RunningGateway gateway = new RunningGateway.Settings().startWithoutRedis()) {
            String cursor;
            try (SseConnection stream = SseConnection.open(gateway.port(), Http.EVENTS + "/queue", Http.apiKey())) {
                String last = Http.publish(gateway.port(), "queue:updates", "queue_update", "{}");
                stream.next("queue_update");
                Http.endTheStream(gateway);
                cursor = stream.next("closing").id();
                assertThat(cursor).isEqualTo(last);
            }
            String missed = Http.publish(gateway.port(), "queue:updates", "queue_update", "{}");

            try (SseConnection stream = SseConnection.open(
                    gateway.port(), Http.EVENTS + "/queue", Http.apiKey(), "Last-Event-ID: " + cursor)) {
                assertThat(stream.nextEvents(2)).extracting(Frame::id).containsExactly(cursor, missed);
            }
        }
    }

    @Test
    void aTokensEndIsToldAtHalfOfWhatIsLeftAndThenEndsTheStream() {
        try (SseConnection stream = open(GATEWAY, GATEWAY.token("queue", TOKEN_SECONDS))) {
            Instant opened = time(stream.next("connected"));
            Frame warning = stream.next("token_expiring");
            Instant expires = java.time.OffsetDateTime.parse(new JsonObject(warning.data()).getString("expires_at"))
                    .toInstant();

            assertThat(warning.id()).isNull();
            assertThat(Duration.between(opened, expires))
                    .isBetween(Duration.ofSeconds(TOKEN_SECONDS / 2), Duration.ofSeconds(TOKEN_SECONDS));
            // The heartbeats between tell when the warning came, however late it is read.
            List<Frame> rest = assertClosing(stream, "token_expired", 5_000, 15_000);
            assertThat(rest).extracting(Frame::event).contains("heartbeat").doesNotContain("token_expiring");
            assertThat(time(rest.get(0))).isBefore(expires);
            assertThat(Instant.now()).isAfterOrEqualTo(expires.minusMillis(100));
        }
    }

    @Test
    void aJwtsEndIsToldAndThenEndsTheStream() {
        try (SseConnection stream = open(GATEWAY, Jwt.of("u-1", TOKEN_SECONDS))) {
            assertThat(stream.next("token_expiring").id()).isNull();
            List<Frame> rest = assertClosing(stream, "token_expired", 5_000, 15_000);
            assertThat(rest).extracting(Frame::event).doesNotContain("token_expiring");
        }
    }

    @Test
    void aRevokedTokenEndsItsStreamWithinOneHeartbeatInterval() {
        String token = GATEWAY.token("queue");
        try (SseConnection stream = open(GATEWAY, token)) {
            stream.next("heartbeat");
            GATEWAY.redis(Command.DEL, "sse:token:" + token);
            Pace pace = Pace.start();

            assertClosing(stream, "token_revoked", 5_000, 15_000);
            // One second, and another for a machine that is busy.
            assertThat(pace.elapsed()).isLessThan(pace.stretched(Duration.ofSeconds(2)));
        }
    }

    @Test
    void oneThatIsRevokedOverHttpEndsItsStreamToo() {
        String token = GATEWAY.token("queue");
        try (SseConnection stream = open(GATEWAY, token)) {
            stream.next("connected");
            Http.delete(GATEWAY.port(), "/token", "{\"token\":\"" + token + "\"}", Http.apiKey());

            assertClosing(stream, "token_revoked", 5_000, 15_000);
        }
    }

    @Test
    void aRevokedTokenEndsNobodyElsesStream() {
        String token = GATEWAY.token("queue");
        try (SseConnection revoked = open(GATEWAY, token);
                SseConnection other = open(GATEWAY, GATEWAY.token("queue"))) {
            GATEWAY.redis(Command.DEL, "sse:token:" + token);
            revoked.next("closing");
            String id = Http.publish(GATEWAY.port(), "queue:updates", "queue_update", "{}");

            assertThat(other.next("queue_update").id()).isEqualTo(id);
        }
    }

    @Test
    void aRedisThatIsFlushedRevokesNobody() {
        try (RunningGateway gateway =
                        RunningGateway.with("HERMES_SSE_HEARTBEAT_INTERVAL", 1).start();
                SseConnection stream = open(gateway, gateway.token("queue"))) {
            stream.next("heartbeat");
            gateway.redis(Command.FLUSHALL);
            // Told once what is heard has a place in the log again.
            stream.next("gap");
            for (int beat = 0; beat < 3; beat++) {
                stream.next("heartbeat");
            }
            gateway.publish("queue:updates", "queue_update", new JsonObject());

            assertThat(stream.next("queue_update").data()).isEqualTo("{}");
        }
    }

    @Test
    void anUnansweredCheckEndsNothing() {
        try (RunningGateway gateway =
                        RunningGateway.with("HERMES_SSE_HEARTBEAT_INTERVAL", 1).start();
                SseConnection stream = open(gateway, gateway.token("queue"))) {
            stream.next("heartbeat");
            gateway.redis().stop();
            assertThat(stream.next("backend").data()).contains("\"state\":\"down\"");
            for (int beat = 0; beat < 3; beat++) {
                assertThat(stream.next().event()).isEqualTo("heartbeat");
            }
        }
    }

    @Test
    void everyStreamIsToldThatRedisIsLostAndBack() {
        try (RunningGateway gateway =
                        RunningGateway.with("HERMES_SSE_HISTORY", "memory").start();
                SseConnection stream = SseConnection.open(gateway.port(), Http.EVENTS + "/queue", Http.apiKey())) {
            stream.next("connected");
            gateway.redis().restart();

            Frame down = stream.nextEvent();
            assertThat(down.event()).isEqualTo("backend");
            assertThat(down.id()).isNull();
            JsonObject lost = new JsonObject(down.data());
            assertThat(lost.getString("state")).isEqualTo("down");
            assertThat(Instant.parse(lost.getString("since"))).isBefore(Instant.now());
            // A busy machine may lose the link another time before it is whole.
            List<Frame> told = new ArrayList<>();
            do {
                told.add(stream.nextEvent());
            } while (told.get(told.size() - 1).event().equals("backend"));
            assertThat(told).hasSizeGreaterThan(1);
            assertThat(told.get(told.size() - 2).data()).contains("\"state\":\"up\"");
            assertThat(told.get(told.size() - 1).event()).isEqualTo("gap");
        }
    }

    @Test
    void theFlagTurnedOffEndsEveryStreamAndTurnedOnServesAgain(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("gateway.properties"), "HERMES_ENABLE_SSE=true\n");
        try (RunningGateway gateway = RunningGateway.with("HERMES_CONF", folder.toString())
                        .with("HERMES_ENABLE_SSE", "")
                        .startWithoutRedis();
                SseConnection one = SseConnection.open(gateway.port(), Http.EVENTS + "/queue", Http.apiKey());
                SseConnection other = SseConnection.open(gateway.port(), Http.EVENTS + "/stats", Http.apiKey())) {
            Files.writeString(file, "HERMES_ENABLE_SSE=false\n");

            assertClosing(one, "disabled", 5_000, 15_000);
            assertClosing(other, "disabled", 5_000, 15_000);
            assertThat(Http.get(gateway.port(), "/queue", Http.apiKey()).json().getString("code"))
                    .isEqualTo("SSE_DISABLED");
            assertThat(Http.get(gateway.port(), "/poll", Http.apiKey()).status())
                    .isEqualTo(200);

            Files.writeString(file, "HERMES_ENABLE_SSE=true\n");
            Awaitility.await()
                    .until(() -> Http.get(gateway.port(), "/health").json().getBoolean("enabled"));
            try (SseConnection again = SseConnection.open(gateway.port(), Http.EVENTS + "/queue", Http.apiKey())) {
                assertThat(again.next().event()).isEqualTo("connected");
            }
        }
    }

    @Test
    void theEndOfTheGatewayEndsEveryStreamWithAWord() {
        try (RunningGateway gateway = new RunningGateway.Settings().startWithoutRedis();
                SseConnection one = SseConnection.open(gateway.port(), Http.EVENTS + "/queue", Http.apiKey());
                SseConnection other = SseConnection.open(gateway.port(), Http.EVENTS + "/stats", Http.apiKey())) {
            one.next("connected");
            other.next("connected");
            gateway.stopGateway();

            assertClosing(one, "server_shutdown", 0, 2_000);
            assertClosing(other, "server_shutdown", 0, 2_000);
        }
    }

    @Test
    void theEndOfTheGatewayAnswersWaitingPolls() throws IOException {
        try (RunningGateway gateway =
                        RunningGateway.with("HERMES_SSE_MAX_CONNECTIONS", 1).startWithoutRedis();
                Socket poll = Http.connect(gateway.port())) {
            String request = "GET " + Http.EVENTS + "/poll?wait=30 HTTP/1.1\r\nHost: localhost\r\n" + Http.apiKey();
            poll.getOutputStream().write((request + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            Http.awaitWaitingPolls(gateway, 1);
            assertThat(Http.get(gateway.port(), "/queue", Http.apiKey()).status())
                    .isEqualTo(503);
            gateway.stopGateway();

            assertThat(Http.parse(Http.untilEnd(poll)).json().getJsonArray("events"))
                    .isEmpty();
        }
    }

    @Test
    void aClientThatTakesNothingIsEnded() throws IOException {
        try (RunningGateway gateway =
                        RunningGateway.with("HERMES_SSE_STALL_TIMEOUT", 1).startWithoutRedis();
                Socket stalled = new Socket()) {
            stalled.setReceiveBufferSize(4_096);
            stalled.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
            String request = "GET " + Http.EVENTS + "/queue HTTP/1.1\r\nHost: localhost\r\n" + Http.apiKey();
            stalled.getOutputStream().write((request + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            assertThat(Http.readUntil(stalled, "\n\n")).contains("event: connected");
            // More than the buffers on the way can hold.
            String large = "{\"a\":\"" + "x".repeat(1_000_000) + "\"}";
            for (int event = 0; event < 12; event++) {
                Http.publish(gateway.port(), "queue:updates", "queue_update", large);
            }

            Awaitility.await()
                    .until(() -> Http.get(gateway.port(), "/health").json().getInteger("active_connections") == 0);
        }
    }

    private static SseConnection open(RunningGateway gateway, String credential) {
        return SseConnection.open(gateway.port(), Http.EVENTS + "/queue", Http.bearer(credential));
    }

    private static Instant time(Frame frame) {
        return Instant.parse(new JsonObject(frame.data()).getString("timestamp"));
    }

    /** Returns the frames before it. */
    private static List<Frame> assertClosing(SseConnection stream, String reason, int fromMillis, int toMillis) {
        List<Frame> frames = stream.untilEnd(PATIENCE);
        Frame last = frames.get(frames.size() - 1);
        assertThat(last.event()).isEqualTo("closing");
        assertThat(last.id()).isNotEmpty();
        JsonObject closing = new JsonObject(last.data());
        assertThat(closing.fieldNames()).containsExactlyInAnyOrder("reason", "reconnect_after_ms");
        assertThat(closing.getString("reason")).isEqualTo(reason);
        assertThat(closing.getInteger("reconnect_after_ms")).isBetween(fromMillis, toMillis);
        assertThat(last.retry()).isEqualTo(closing.getInteger("reconnect_after_ms"));
        return frames;
    }
}
