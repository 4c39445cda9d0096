package dev.hermes.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With the flag off the five stream routes are closed, and everything else goes on. */
class FlagOffTest {

    @AutoClose
    private static final RunningGateway GATEWAY =
            RunningGateway.with("HERMES_ENABLE_SSE", false).start();

    @ParameterizedTest
    @ValueSource(strings = {"/stream", "/downloads/d-1", "/queue", "/stats", "/system"})
    void aStreamRouteSaysThatSseIsNotEnabled(String route) {
        Http.Answer answer = Http.get(GATEWAY.port(), route, Http.apiKey(), "Accept: text/event-stream");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.json())
                .isEqualTo(new JsonObject()
                        .put("detail", "SSE is not enabled on this server")
                        .put("code", "SSE_DISABLED"));
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
