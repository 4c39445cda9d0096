package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A token that was deleted over HTTP is revoked, whatever Redis has lost before or since. */
class RevokedTest {

    private final RedisLogFixture log = new RedisLogFixture();

    private enum Loss {
        STATE_BEFORE(true, "DEL {hermes:events}:ingest"),
        STATE_SINCE(false, "DEL {hermes:events}:ingest"),
        ALL_BEFORE(true, "FLUSHALL"),
        ALL_SINCE(false, "FLUSHALL");

        private final boolean before;
        private final String command;

        Loss(boolean before, String command) {
            this.before = before;
            this.command = command;
        }
    }

    @AfterEach
    void close() {
        log.close();
    }

    @ParameterizedTest
    @EnumSource(Loss.class)
    void endsItsStreamsAtEveryGateway(Loss loss) {
        assertEnds(loss, "Bearer " + RunningGateway.API_KEY);
    }

    @ParameterizedTest
    @EnumSource(Loss.class)
    void endsThemToWhenItsOwnUserDeletesIt(Loss loss) {
        assertEnds(loss, Jwt.bearer());
    }

    private void assertEnds(Loss loss, String authorization) {
        RunningGateway first = log.gateway();
        RunningGateway second = log.gateway();
        String token = first.token("queue");
        String others = first.token("queue");
        String path = RedisLogFixture.QUEUE + "?token=";
        try (SseConnection one = SseConnection.open(first.port(), path + token);
                SseConnection other = SseConnection.open(second.port(), path + token);
                SseConnection untouched = SseConnection.open(second.port(), path + others)) {
            List.of(one, other, untouched).forEach(stream -> stream.next("connected"));
            if (loss.before) {
                log.ask(loss.command.split(" ", -1));
            }
            delete(first, token, authorization);
            if (!loss.before) {
                log.ask(loss.command.split(" ", -1));
            }
            for (SseConnection stream : List.of(one, other)) {
                List<SseConnection.Frame> rest = stream.untilEnd(Duration.ofSeconds(10));
                assertThat(rest)
                        .last()
                        .satisfies(frame -> assertThat(frame.data()).contains("token_revoked"));
            }
            untouched.next("heartbeat");
            untouched.next("heartbeat");
        }
    }

    private static void delete(RunningGateway gateway, String token, String authorization) {
        String body = new JsonObject().put("token", token).encode();
        assertThat(HttpCall.withJson(gateway.port(), "DELETE", "/api/v1/events/token", body, authorization)
                        .statusCode())
                .isEqualTo(204);
    }
}
