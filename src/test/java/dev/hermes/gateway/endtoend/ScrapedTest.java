package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a scrape says is what happened. */
class ScrapedTest {

    private static final String EVENTS = "/api/v1/events";
    private static final Pattern ROUTE = Pattern.compile("hermes_http_requests_total\\{route=\"([^\"]*)\".*");

    @Test
    void countsRequestsByRouteAndStatus() {
        try (RunningGateway gateway =
                RunningGateway.with("HERMES_SSE_HEARTBEAT_INTERVAL", 1).startWithoutRedis()) {
            HttpCall.get(gateway.port(), EVENTS + "/health");
            HttpCall.get(gateway.port(), EVENTS + "/health");
            HttpCall.get(gateway.port(), EVENTS + "/poll");
            HttpCall.withApiKey(gateway.port(), "POST", EVENTS + "/health", "{}");
            HttpCall.get(gateway.port(), "/nowhere");
            try (SseConnection stream = SseConnection.open(gateway.port(), EVENTS + "/downloads/d-1", Jwt.header())) {
                stream.next("heartbeat");
            }

            Operator operator = new Operator(gateway);
            // With the gateway's own, by which it finds its listening socket.
            assertThat(operator.metric(requests("/health", "2xx"))).isEqualTo(3);
            assertThat(operator.metric(requests("/health", "4xx"))).isEqualTo(1);
            assertThat(operator.metric(requests("/poll", "4xx"))).isEqualTo(1);
            assertThat(operator.metric(requests("/downloads/:id", "2xx"))).isEqualTo(1);
            assertThat(operator.metric(requests("other", "4xx"))).isEqualTo(1);
            assertThat(operator.metric("hermes_heartbeats_total")).isPositive();
        }
    }

    @Test
    void noPathMakesALabel() {
        try (RunningGateway gateway = new RunningGateway.Settings().startWithoutRedis()) {
            List<String> before = routes(gateway);
            Stream.of("/x", EVENTS + "/x", EVENTS + "/x/y", EVENTS + "/downloads/a/b", EVENTS + "/poll/x", "//", "/%22")
                    .forEach(path -> HttpCall.get(gateway.port(), path));

            assertThat(before).contains("/stream", "/poll", "/token", "/publish", "/health", "other");
            assertThat(routes(gateway)).isEqualTo(before);
            assertThat(new Operator(gateway).metric(requests("other", "4xx"))).isEqualTo(7);
        }
    }

    @Test
    void countsCredentialsThatFailAndTokens() {
        try (RunningGateway gateway =
                RunningGateway.with("HERMES_RATE_LIMIT_PER_MINUTE", 2).startWithoutRedis()) {
            for (int failure = 0; failure < 3; failure++) {
                HttpCall.get(gateway.port(), EVENTS + "/poll?token=sse_guessed");
            }
            String minted = HttpCall.withApiKey(gateway.port(), "POST", EVENTS + "/token", "{\"scope\":\"queue\"}")
                    .body();
            JsonObject token = new JsonObject().put("token", new JsonObject(minted).getString("token"));
            HttpCall.withApiKey(gateway.port(), "DELETE", EVENTS + "/token", token.encode());
            HttpCall.withApiKey(gateway.port(), "DELETE", EVENTS + "/token", token.encode());

            Operator operator = new Operator(gateway);
            assertThat(operator.metric("hermes_credentials_failed_total")).isEqualTo(3);
            assertThat(operator.metric("hermes_rate_limited_total")).isEqualTo(1);
            assertThat(operator.metric("hermes_tokens_minted_total")).isEqualTo(1);
            assertThat(operator.metric("hermes_tokens_revoked_total")).isEqualTo(1);
        }
    }

    @Test
    void showsPollsOnlyWhileTheyWait() throws IOException {
        try (RunningGateway gateway = new RunningGateway.Settings().startWithoutRedis()) {
            Operator operator = new Operator(gateway);
            try (Socket waiting = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
                String poll =
                        "GET " + EVENTS + "/poll?wait=30 HTTP/1.1\r\nHost: localhost\r\n" + Jwt.header() + "\r\n\r\n";
                waiting.getOutputStream().write(poll.getBytes(StandardCharsets.US_ASCII));
                await().untilAsserted(() ->
                        assertThat(operator.metric("hermes_polls_waiting")).isEqualTo(1));
            }
            await().untilAsserted(() ->
                    assertThat(operator.metric("hermes_polls_waiting")).isZero());
        }
    }

    @Test
    void showsWhatTheLogInRedisHoldsAndHowLongAppendsTake() {
        try (RunningGateway gateway = RunningGateway.started()) {
            Operator operator = new Operator(gateway);
            for (int event = 0; event < 3; event++) {
                gateway.publish("queue:updates", "queue_update", new JsonObject().put("n", event));
            }
            await().untilAsserted(() ->
                    assertThat(operator.metric("hermes_log_entries")).isGreaterThanOrEqualTo(3));
            await().untilAsserted(() ->
                    assertThat(operator.metric("hermes_log_oldest_seconds")).isPositive());
            await().untilAsserted(() ->
                    assertThat(operator.metric("hermes_log_bytes")).isPositive());
            assertThat(operator.metric("hermes_log_append_seconds_count")).isPositive();
            assertThat(operator.metric("hermes_log_append_seconds_sum")).isPositive();
        }
    }

    @Test
    void showsWhatTheLogInThisProcessHolds() {
        try (RunningGateway gateway = new RunningGateway.Settings().startWithoutRedis()) {
            Operator operator = new Operator(gateway);
            double before = operator.metric("hermes_log_entries");
            HttpCall.withApiKey(
                    gateway.port(),
                    "POST",
                    EVENTS + "/publish",
                    "{\"channel\":\"queue:updates\",\"type\":\"queue_update\",\"data\":{\"n\":1}}");

            assertThat(operator.metric("hermes_log_entries")).isEqualTo(before + 1);
            assertThat(operator.metric("hermes_log_bytes")).isPositive();
        }
    }

    @Test
    void whatIsUnknownWithoutRedisIsNoNumber() {
        try (RunningGateway gateway = RunningGateway.started()) {
            Operator operator = new Operator(gateway);
            await().untilAsserted(() ->
                    assertThat(operator.metric("hermes_log_entries")).isNotNaN());
            assertThat(operator.metric("hermes_redis_down_seconds")).isZero();
            assertThat(operator.metric("hermes_ready")).isEqualTo(1);

            gateway.redis().stop();
            await().untilAsserted(
                            () -> assertThat(operator.metric("hermes_redis_up")).isZero());
            assertThat(List.of(
                            "hermes_redis_canary_seconds",
                            "hermes_log_entries",
                            "hermes_log_bytes",
                            "hermes_log_oldest_seconds"))
                    .allSatisfy(
                            name -> assertThat(operator.metric(name)).as(name).isNaN());
            assertThat(operator.metric("hermes_redis_down_seconds")).isPositive();
            assertThat(operator.metric("hermes_ready")).isZero();

            gateway.redis().restart();
            await().untilAsserted(
                            () -> assertThat(operator.metric("hermes_redis_up")).isEqualTo(1));
            assertThat(operator.metric("hermes_redis_reconnects_total")).isEqualTo(1);
            assertThat(operator.metric("hermes_redis_down_seconds")).isZero();
        }
    }

    @Test
    void countsChangesOfTheSettingsThatCannotBeUsed(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("gateway.properties"), "HERMES_LOG_LEVEL=info\n");
        try (RunningGateway gateway =
                RunningGateway.with("HERMES_CONF", folder.toString()).startWithoutRedis()) {
            Operator operator = new Operator(gateway);
            assertThat(operator.metric("hermes_settings_reloads_failed_total")).isZero();

            Files.writeString(file, "HERMES_NO_SUCH_SETTING=1\n");

            await().untilAsserted(() -> assertThat(operator.metric("hermes_settings_reloads_failed_total"))
                    .isEqualTo(1));
            assertThat(operator.metric("hermes_sse_enabled")).isEqualTo(1);
        }
    }

    private static String requests(String route, String status) {
        return "hermes_http_requests_total{route=\"" + route + "\",status=\"" + status + "\"}";
    }

    private static List<String> routes(RunningGateway gateway) {
        return HttpCall.get(gateway.managementPort(), "/metrics")
                .body()
                .lines()
                .map(ROUTE::matcher)
                .filter(Matcher::matches)
                .map(sample -> sample.group(1))
                .distinct()
                .toList();
    }
}
