package dev.hermes.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With the flag off the five stream routes are closed, and everything else goes on. */
class FlagOffTest {

    @AutoClose
    private static final RunningGateway GATEWAY =
            RunningGateway.with("HERMES_ENABLE_SSE", false).start();

    /** An {@code EventSource} that is answered with an error gives up for good, and the flag may be on in a second. */
    @ParameterizedTest
    @ValueSource(strings = {"/stream", "/downloads/d-1", "/queue", "/stats", "/system", "/queue?token=sse_unknown"})
    void anEventSourceIsToldInBandAndComesBackByItself(String route) {
        List<Integer> retries = new ArrayList<>();
        for (int client = 0; client < 5; client++) {
            try (SseConnection stream = SseConnection.open(GATEWAY.port(), Http.EVENTS + route)) {
                assertThat(stream.status()).isEqualTo(200);
                assertThat(stream.header("Content-Type")).isEqualTo("text/event-stream; charset=utf-8");
                assertThat(stream.untilEnd(Duration.ofSeconds(10)))
                        .singleElement()
                        .satisfies(frame -> {
                            assertThat(frame.event()).isEqualTo("unavailable");
                            assertThat(frame.id()).isNull();
                            assertThat(new JsonObject(frame.data()))
                                    .isEqualTo(new JsonObject()
                                            .put("error", "SSE is not enabled on this server")
                                            .put("code", "SSE_DISABLED"));
                            retries.add(frame.retry());
                        });
            }
        }

        assertThat(retries).allSatisfy(retry -> assertThat(retry).isBetween(5_000, 15_000));
        assertThat(retries.stream().distinct()).hasSizeGreaterThan(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/stream", "/downloads/d-1", "/queue", "/stats", "/system"})
    void everybodyElseGetsThe503(String route) {
        Http.Answer answer = Http.get(GATEWAY.port(), route, Http.apiKey());

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.json())
                .isEqualTo(
                        Http.problem(503, "SSE is not enabled on this server").put("code", "SSE_DISABLED"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Accept: application/json, text/event-stream;q=0.5",
                "Accept: Text/Event-Stream ; charset=utf-8",
                "Accept: application/json\r\nAccept: text/event-stream",
            })
    void whoNamesEventStreamsIsToldInBand(String accept) {
        Http.Answer answer = Http.get(GATEWAY.port(), "/queue", accept);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains("event: unavailable\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Accept: */*",
                "Accept: text/*",
                "Accept: application/json, text/event-stream;q=0",
                "Accept: text/event-stream; q=0.000",
                "Accept: text/event-streams",
            })
    void whoDoesNotTakeEventStreamsGetsThe503(String accept) {
        assertThat(Http.get(GATEWAY.port(), "/queue", accept).status()).isEqualTo(503);
    }

    @Test
    void pollsGoOn() {
        String here = poll("").getString("last_id");
        Http.publish(GATEWAY.port(), "queue:updates", "queue_update", "{\"n\":1}");

        assertThat(poll("?after=" + here).getJsonArray("events")).hasSize(1);
    }

    @Test
    void ingestGoesOn() {
        String here = poll("").getString("last_id");
        GATEWAY.publish("queue:updates", "queue_update", new JsonObject().put("n", 2));

        assertThat(poll("?wait=10&after=" + here)
                        .getJsonArray("events")
                        .getJsonObject(0)
                        .getJsonObject("data"))
                .isEqualTo(new JsonObject().put("n", 2));
    }

    @Test
    void tokensAreMintedAndRevoked() {
        Http.Answer minted = Http.post(GATEWAY.port(), "/token", "{\"scope\":\"queue\"}", Http.apiKey());

        assertThat(minted.status()).isEqualTo(200);
        String token = minted.json().getString("token");
        assertThat(Http.delete(GATEWAY.port(), "/token", "{\"token\":\"" + token + "\"}", Http.apiKey())
                        .status())
                .isEqualTo(204);
    }

    @Test
    void healthSaysThatItIsOff() {
        Http.Answer health = Http.get(GATEWAY.port(), "/health");

        assertThat(health.status()).isEqualTo(200);
        assertThat(health.json().getBoolean("enabled")).isFalse();
    }

    private static JsonObject poll(String query) {
        Http.Answer answer = Http.get(GATEWAY.port(), "/poll" + query, Http.apiKey());
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }
}
