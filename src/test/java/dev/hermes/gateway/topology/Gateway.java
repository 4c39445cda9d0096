package dev.hermes.gateway.topology;

import static dev.hermes.gateway.fixture.Futures.await;

import dev.hermes.gateway.GatewayVerticle;
import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.Map;

/** A gateway with its log in Redis, of which tests know what its users know: its two ports. */
final class Gateway implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final GatewayVerticle verticle = new GatewayVerticle();

    Gateway(Map<String, Object> settings) {
        JsonObject config = new JsonObject()
                .put("API_PORT", 0)
                .put("HERMES_MANAGEMENT_PORT", 0)
                .put("HERMES_ENABLE_SSE", true)
                .put("HERMES_SSE_HISTORY", "redis")
                .put("HERMES_SSE_HEARTBEAT_INTERVAL", 1)
                .put("HERMES_SECRET_KEY", RunningGateway.SECRET_KEY)
                .put("HERMES_API_KEYS", RunningGateway.API_KEY);
        settings.forEach(config::put);
        await(vertx.deployVerticle(verticle, new DeploymentOptions().setConfig(config)));
    }

    int port() {
        return verticle.port();
    }

    /** Open and connected, with whatever the token sees. */
    SseConnection open(String path, String token, String... headers) {
        SseConnection stream = SseConnection.open(
                port(), "/api/v1/events" + path + (path.contains("?") ? "&" : "?") + "token=" + token, headers);
        stream.next("connected");
        return stream;
    }

    /** A token that the gateway itself has put into Redis. */
    String token(String scope) {
        HttpResponse<String> minted = send(
                "POST",
                "/api/v1/events/token",
                new JsonObject().put("scope", scope).encode());
        if (minted.statusCode() != 200) {
            throw new AssertionError("no token: " + minted.statusCode() + " " + minted.body());
        }
        return new JsonObject(minted.body()).getString("token");
    }

    /** With an API key. */
    HttpResponse<String> send(String method, String path, String body) {
        return HttpCall.withApiKey(port(), method, path, body);
    }

    boolean ready() {
        return readiness().statusCode() == 200;
    }

    HttpResponse<String> readiness() {
        return HttpCall.get(verticle.managementPort(), "/health/ready");
    }

    @Override
    public void close() {
        await(vertx.close());
    }
}
