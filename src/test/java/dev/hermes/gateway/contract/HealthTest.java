package dev.hermes.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** {@code GET /health}: what the page may know. */
class HealthTest {

    @AutoClose
    private static final RunningGateway GATEWAY = RunningGateway.with("HERMES_SSE_MAX_CONNECTIONS", 50)
            .with("HERMES_SSE_HEARTBEAT_INTERVAL", 7)
            .startWithoutRedis();

    @Test
    void itHasExactlyFourFields() {
        Http.Answer answer = Http.get(GATEWAY.port(), "/health");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        Awaitility.await()
                .untilAsserted(() -> assertThat(health())
                        .isEqualTo(new JsonObject()
                                .put("enabled", true)
                                .put("active_connections", 0)
                                .put("max_connections", 50)
                                .put("heartbeat_interval", 7)));
    }

    @Test
    void streamsAreCountedOverAllEventLoops() {
        List<SseConnection> streams = new ArrayList<>();
        try {
            for (int stream = 0; stream < 10; stream++) {
                streams.add(SseConnection.open(GATEWAY.port(), Http.EVENTS + "/queue", Http.apiKey()));
                streams.get(stream).next("connected");
            }

            for (int look = 0; look < 10; look++) {
                assertThat(health().getInteger("active_connections")).isEqualTo(10);
            }
        } finally {
            streams.forEach(SseConnection::close);
        }
        Awaitility.await().until(() -> health().getInteger("active_connections") == 0);
    }

    @Test
    void aStreamThatWasCutOffIsNoLongerCounted() {
        try (SseConnection stream = SseConnection.open(GATEWAY.port(), Http.EVENTS + "/queue", Http.apiKey())) {
            stream.next("connected");
            stream.reset();
        }

        Awaitility.await().until(() -> health().getInteger("active_connections") == 0);
    }

    private static JsonObject health() {
        return Http.get(GATEWAY.port(), "/health").json();
    }
}
