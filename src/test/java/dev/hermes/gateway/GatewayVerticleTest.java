package dev.hermes.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.Futures;
import dev.hermes.gateway.fixture.IdentityServer;
import dev.hermes.gateway.fixture.LogLines;
import dev.hermes.gateway.fixture.RedisWire;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What an application can rely on that deploys the gateway. */
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

    @Test
    void whatItsWorkersHaveYetToDoIsDoneBeforeItEnds() throws Exception {
        Vertx vertx = Vertx.vertx();
        GatewayVerticle gateway = new GatewayVerticle();
        JsonObject settings = new JsonObject()
                .put("API_PORT", 0)
                .put("HERMES_MANAGEMENT_PORT", 0)
                .put("HERMES_REDIS_URL", "none");
        String deployment = Futures.await(vertx.deployVerticle(gateway, new DeploymentOptions().setConfig(settings)));
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        CompletableFuture<Boolean> endedBeforeTheLast = new CompletableFuture<>();
        Futures.await(gateway.onOwnLoop(() -> {
            // Vert.x interrupts what a worker is at when it ends its context.
            vertx.executeBlocking(() -> ended.get(200, TimeUnit.MILLISECONDS));
            vertx.executeBlocking(() -> endedBeforeTheLast.complete(
                    ended.completeOnTimeout(false, 200, TimeUnit.MILLISECONDS).join()));
            return Future.succeededFuture();
        }));

        Future<Void> undeployed = vertx.undeploy(deployment).onComplete(done -> ended.complete(true));

        Futures.await(undeployed);
        assertThat(endedBeforeTheLast).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(false);
        Futures.await(vertx.close());
    }

    @Test
    void theLinkToRedisIsClosedAlsoWhereHermesIsAskedWhoSomebodyIs() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (EmbeddedRedis redis = FreePorts.redis();
                IdentityServer hermes = new IdentityServer();
                LogLines log = LogLines.capture()) {
            JsonObject settings = new JsonObject()
                    .put("API_PORT", 0)
                    .put("HERMES_MANAGEMENT_PORT", 0)
                    .put("HERMES_REDIS_URL", "redis://127.0.0.1:" + redis.port())
                    .put("HERMES_ENABLE_SSE", true)
                    .put("HERMES_IDENTITY_URL", hermes.url());
            GatewayVerticle gateway = new GatewayVerticle();
            String deployment =
                    Futures.await(vertx.deployVerticle(gateway, new DeploymentOptions().setConfig(settings)));
            try (SseConnection stream = SseConnection.open(
                    gateway.port(), "/api/v1/events/queue", "Authorization: Bearer known-to-hermes")) {
                stream.next("connected");
            }

            Futures.await(vertx.undeploy(deployment));

            await().until(() ->
                    RedisWire.one(redis.port(), "CLIENT", "LIST").lines().count() == 1);
            // A connection that ended otherwise is told of.
            assertThat(log.warnings()).isEmpty();
        } finally {
            Futures.await(vertx.close());
        }
    }
}
