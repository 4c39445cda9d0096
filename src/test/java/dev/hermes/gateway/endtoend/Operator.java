package dev.hermes.gateway.endtoend;

import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;

/** What an operator, and a client without a stream, sees of a gateway. */
final class Operator {

    private final RunningGateway gateway;

    Operator(RunningGateway gateway) {
        this.gateway = gateway;
    }

    /** The status of a path of the management port. */
    int status(String path) {
        return HttpCall.get(gateway.managementPort(), path).statusCode();
    }

    /** The value of a metric by its name with its labels as they are printed; fails if there is none. */
    double metric(String nameAndLabels) {
        return HttpCall.get(gateway.managementPort(), "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(nameAndLabels + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(nameAndLabels.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + nameAndLabels));
    }

    int activeConnections() {
        return new JsonObject(
                        HttpCall.get(gateway.port(), "/api/v1/events/health").body())
                .getInteger("active_connections");
    }

    /** The body of a path of the public port; fails unless it is answered with 200. */
    String body(String path, String... headers) {
        HttpResponse<String> response = HttpCall.get(gateway.port(), path, headers);
        if (response.statusCode() != 200) {
            throw new AssertionError(path + " was answered " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }
}
