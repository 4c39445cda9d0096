package dev.hermes.gateway.topology;

import static dev.hermes.gateway.fixture.RunningGateway.await;

import dev.hermes.gateway.GatewayVerticle;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/** A gateway with its log in Redis, of which tests know what its users know: its two ports. */
final class Gateway implements AutoCloseable {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

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
        return send(request(port(), path)
                .header("Authorization", "Bearer " + RunningGateway.API_KEY)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    boolean ready() {
        return readiness().statusCode() == 200;
    }

    HttpResponse<String> readiness() {
        return send(request(verticle.managementPort(), "/health/ready").build());
    }

    private static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(10));
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try {
            return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new AssertionError("no answer from " + request.uri(), failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    @Override
    public void close() {
        await(vertx.close());
    }
}
