package dev.hermes.gateway;

import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever is sent clients by readiness must find a port that accepts them. */
class ReadinessTest {

    /** One loop is held up on purpose, so that the port does not listen before the answer is there. */
    private final Vertx vertx = Vertx.vertx(
            new VertxOptions().setMaxEventLoopExecuteTimeUnit(TimeUnit.SECONDS).setMaxEventLoopExecuteTime(60));

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<HttpResponse<String>> beforeListening = new CopyOnWriteArrayList<>();
    private final GatewayVerticle gateway =
            new GatewayVerticle(null, (router, flag) -> beforeListening.add(ready()), InstantSource.system());

    @AfterEach
    void close() {
        await(vertx.close());
    }

    @Test
    void aGatewayIsNotReadyBeforeItsPublicPortListens() {
        JsonObject settings = new JsonObject()
                .put("API_PORT", 0)
                .put("HERMES_MANAGEMENT_PORT", 0)
                .put("HERMES_REDIS_URL", "none");
        await(vertx.deployVerticle(gateway, new DeploymentOptions().setConfig(settings)));

        assertThat(beforeListening).isNotEmpty().allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("\"what\":\"starting\"");
        });
        assertThat(ready().statusCode()).isEqualTo(200);
    }

    /** The operator's port is served by another event loop than the one that asks here. */
    private HttpResponse<String> ready() {
        URI address = URI.create("http://127.0.0.1:" + gateway.managementPort() + "/health/ready");
        try {
            return client.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
