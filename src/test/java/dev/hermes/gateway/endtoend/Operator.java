package dev.hermes.gateway.endtoend;

import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** What an operator, and a client without a stream, sees of a gateway. */
final class Operator {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final RunningGateway gateway;

    Operator(RunningGateway gateway) {
        this.gateway = gateway;
    }

    /** The status of a path of the management port. */
    int status(String path) {
        return get(gateway.managementPort(), path).statusCode();
    }

    /** The value of a metric by its name with its labels as they are printed; fails if there is none. */
    double metric(String nameAndLabels) {
        return get(gateway.managementPort(), "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(nameAndLabels + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(nameAndLabels.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + nameAndLabels));
    }

    int activeConnections() {
        return new JsonObject(get(gateway.port(), "/api/v1/events/health").body()).getInteger("active_connections");
    }

    /** The body of a path of the public port; fails unless it is answered with 200. */
    String body(String path, String... headers) {
        HttpResponse<String> response = get(gateway.port(), path, headers);
        if (response.statusCode() != 200) {
            throw new AssertionError(path + " was answered " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    private static HttpResponse<String> get(int port, String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    static HttpResponse<String> send(HttpRequest request) {
        try {
            return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new AssertionError("no answer from " + request.uri(), failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }
}
