package dev.hermes.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.Futures;
import dev.hermes.gateway.fixture.LogLines;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

/** What an application is told of that deploys the gateway. */
class GatewayVerticleTest {

    @Test
    void aMisspeltSettingIsWarnedOf() {
        JsonObject settings = new JsonObject()
                .put("API_PORT", 0)
                .put("HERMES_MANAGEMENT_PORT", 0)
                .put("HERMES_REDIS_URL", "none")
                .put("HERMES_ENABEL_SSE", true);
        Vertx vertx = Vertx.vertx();
        try (LogLines log = LogLines.capture()) {
            Futures.await(vertx.deployVerticle(new GatewayVerticle(), new DeploymentOptions().setConfig(settings)));

            assertThat(log.warnings())
                    .singleElement()
                    .satisfies(line -> assertThat(line).contains("setting=HERMES_ENABEL_SSE"));
        } finally {
            Futures.await(vertx.close());
        }
    }
}
