package dev.hermes.gateway.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A Redis that is not what the settings say: the gateway starts, says so to everybody, and says why to its operator. */
class WrongTopologyTest {

    private static EmbeddedRedis single;
    private static EmbeddedRedis replica;
    private static SentinelProcess sentinel;
    private static int nobody;

    @BeforeAll
    static void start() {
        single = FreePorts.redis("requirepass right");
        replica = FreePorts.redis("replicaof 127.0.0.1 " + single.port(), "masterauth right");
        sentinel = new SentinelProcess("somebody", single.port());
        nobody = FreePorts.next();
    }

    @AfterAll
    static void stop() {
        sentinel.close();
        replica.close();
        single.close();
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("{there}", Map.of("HERMES_REDIS_CLUSTER", true), "cluster support disabled"),
                Arguments.of("{there}", Map.of("HERMES_REDIS_SENTINEL_MASTER", "nobody"), "SENTINEL"),
                Arguments.of(
                        "redis://127.0.0.1:{sentinel}",
                        Map.of("HERMES_REDIS_SENTINEL_MASTER", "nobody"),
                        "No such master with that name"),
                Arguments.of(
                        "redis://127.0.0.1:{nobody},redis://localhost:{nobody}",
                        Map.of("HERMES_REDIS_SENTINEL_MASTER", "mymaster"),
                        "Connection refused"),
                Arguments.of(
                        "redis://127.0.0.1:{nobody},redis://localhost:{nobody}",
                        Map.of("HERMES_REDIS_CLUSTER", true),
                        "Connection refused"),
                Arguments.of("{there}", Map.of("HERMES_REDIS_DB", 99), "DB index is out of range"),
                Arguments.of("redis://:not-so-right@127.0.0.1:{single}", Map.of(), "WRONGPASS"),
                Arguments.of("redis://127.0.0.1:{replica}", Map.of(), "READONLY"));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("wrong")
    void startsAndSaysWhatIsWrong(String url, Map<String, Object> settings, String reason) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put(
                "HERMES_REDIS_URL",
                url.replace("{there}", "redis://:right@127.0.0.1:{single}")
                        .replace("{sentinel}", Integer.toString(sentinel.port()))
                        .replace("{single}", Integer.toString(single.port()))
                        .replace("{replica}", Integer.toString(replica.port()))
                        .replace("{nobody}", Integer.toString(nobody)));
        try (Gateway gateway = new Gateway(all);
                SseConnection stream = SseConnection.open(
                        gateway.port(), "/api/v1/events/queue", "Authorization: Bearer " + RunningGateway.API_KEY)) {
            HttpResponse<String> readiness = gateway.readiness();
            assertThat(readiness.statusCode()).isEqualTo(503);
            assertThat(readiness.body()).contains(reason).doesNotContain("right@", "not-so-right");
            assertThat(stream.untilEnd(Duration.ofSeconds(30)))
                    .extracting(Frame::event)
                    .containsExactly("unavailable");
        }
    }
}
