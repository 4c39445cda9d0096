package dev.hermes.gateway.ops;

import static dev.hermes.gateway.fixture.Futures.await;
import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.ops.ManagementServer.Readiness.Problem;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.ConnectException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManagementServerTest {

    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(5);

    private final AtomicReference<ManagementServer.Readiness> readiness =
            new AtomicReference<>(ManagementServer.Readiness.ready());
    private Operator operator;

    @BeforeEach
    void listen() {
        operator = Operator.asking(readiness::get);
    }

    @AfterEach
    void close() {
        operator.close();
    }

    @Test
    void isLive() throws Exception {
        HttpResponse<String> answer = operator.ask("GET", "/health/live");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(json("{'status':'live'}"));
    }

    @Test
    void staysLiveWhenNotReady() throws Exception {
        readiness.set(ManagementServer.Readiness.of(new Problem("redis", Instant.EPOCH, "no canary for 3 s")));

        assertThat(operator.ask("GET", "/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void isReadyWithoutProblems() throws Exception {
        HttpResponse<String> answer = operator.ask("GET", "/health/ready");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(json("{'status':'ready','problems':[]}"));
    }

    @Test
    void saysWhyItIsNotReady() throws Exception {
        readiness.set(ManagementServer.Readiness.of(
                new Problem("redis", Instant.parse("2026-01-02T03:04:05Z"), "no canary for 3 s"),
                new Problem("draining", null, "this gateway is ending")));

        HttpResponse<String> answer = operator.ask("GET", "/health/ready");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(answer.body())).isEqualTo(new JsonObject("""
                {"status": "not_ready", "problems": [
                  {"what": "redis", "since": "2026-01-02T03:04:05Z", "detail": "no canary for 3 s"},
                  {"what": "draining", "detail": "this gateway is ending"}]}"""));
    }

    @Test
    void isReadyAgainOnceTheProblemIsGone() throws Exception {
        readiness.set(ManagementServer.Readiness.of(new Problem("redis", null, "gone")));
        assertThat(operator.ask("GET", "/health/ready").statusCode()).isEqualTo(503);

        readiness.set(ManagementServer.Readiness.ready());

        assertThat(operator.ask("GET", "/health/ready").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health/live", "/health/ready"})
    void probesAreJsonThatNobodyCaches(String path) throws Exception {
        HttpResponse<String> answer = operator.ask("GET", path);

        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health/live", "/health/ready", "/metrics"})
    void answersHeadLikeGetWithoutABody(String path) throws Exception {
        HttpResponse<String> get = operator.ask("GET", path);
        HttpResponse<String> head = operator.ask("HEAD", path);

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("Content-Type"))
                .isEqualTo(get.headers().firstValue("Content-Type"));
    }

    @ParameterizedTest
    @CsvSource({"POST, /health/live", "DELETE, /health/ready", "PUT, /metrics", "OPTIONS, /metrics"})
    void refusesOtherMethodsOnTheKnownPaths(String method, String path) throws Exception {
        HttpResponse<String> answer = operator.ask(method, path);

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).hasValue("GET, HEAD");
        assertThat(detail(answer)).isEqualTo("Method not allowed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/index.html", "/health", "/health/live/x", "/api/v1/events/stream", "/..%2f", "/METRICS"})
    void asksForAKeyForAnythingElse(String path) throws Exception {
        HttpResponse<String> answer = operator.ask("GET", path);

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
        assertThat(detail(answer)).isEqualTo("Authorization required");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer wrong", "Bearer ", "Basic a2V5LW9mLXRoZS1vcGVyYXRvcg==", Operator.API_KEY})
    void refusesWhatIsNoKey(String authorization) throws Exception {
        HttpResponse<String> answer = operator.ask("GET", "/anything", "Authorization", authorization);

        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({"/, text/html", "/operator.css, text/css", "/operator.js, text/javascript"})
    void givesAnybodyTheEmptyPageAndLetsNothingElseRunInIt(String path, String type) throws Exception {
        HttpResponse<String> answer = operator.ask("GET", path);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue(type + "; charset=utf-8");
        assertThat(answer.headers().firstValue("Content-Security-Policy"))
                .hasValue("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
                        + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                        + " require-trusted-types-for 'script'; trusted-types 'none'");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(answer.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(answer.body())
                .doesNotContainPattern("(src|href)=\"?(https?:)?//")
                .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "url(", "@import", "eval(");
        assertThat(operator.ask("POST", path).statusCode()).isEqualTo(405);
        assertThat(operator.ask("HEAD", path).statusCode()).isEqualTo(200);
    }

    @Test
    void tellsOfRedisOnlyToWhoHasAKey() throws Exception {
        assertThat(operator.ask("GET", "/redis").statusCode()).isEqualTo(401);

        HttpResponse<String> answer = operator.ask("GET", "/redis", "Authorization", "Bearer " + Operator.API_KEY);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"configured\":false}");
        assertThat(operator.ask("PUT", "/redis", "Authorization", "Bearer " + Operator.API_KEY)
                        .statusCode())
                .isEqualTo(405);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer ", "bearer ", "BEARER "})
    void findsNothingElseWithAKey(String scheme) throws Exception {
        HttpResponse<String> answer = operator.ask("POST", "/anything", "Authorization", scheme + Operator.API_KEY);

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(detail(answer)).isEqualTo("Not found");
    }

    @ParameterizedTest
    @CsvSource({"5000, 0, 414", "0, 10000, 431"})
    void refusesRequestsThatAreTooLong(int pathLength, int headerLength, int status) throws Exception {
        String answer = operator.send("GET /" + "x".repeat(pathLength) + " HTTP/1.1\r\nHost: x\r\nX-Long: "
                + "x".repeat(headerLength) + "\r\n\r\n");

        assertThat(answer).matches("(?s)HTTP/1\\.[01] " + status + " .*").contains(json("{'detail':"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"})
    void refusesWhatIsNoRequest(String bytes) throws Exception {
        assertThat(operator.send(bytes))
                .matches("(?s)HTTP/1\\.[01] 400 .*")
                .contains(json("{'detail':'Bad request','error':{'code':'http_400',"));
    }

    @Test
    void hidesWhatWentWrongInside() throws Exception {
        try (Operator broken = Operator.asking(() -> {
            throw new IllegalStateException("on purpose");
        })) {
            HttpResponse<String> answer = broken.ask("GET", "/health/ready");

            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(new JsonObject(answer.body()))
                    .isEqualTo(new JsonObject()
                            .put("detail", "Internal server error")
                            .put(
                                    "error",
                                    new JsonObject()
                                            .put("code", "http_500")
                                            .put("message", "Internal server error")
                                            .putNull("details")));
        }
    }

    @Test
    void givesUpOnNumbersThatDoNotCome() throws Exception {
        try (Operator hanging = Operator.of(
                ManagementServer.Readiness::ready, Promise.<Metrics.GatewayReadings>promise()::future, SHORT)) {
            HttpResponse<String> answer = hanging.ask("GET", "/metrics");

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(detail(answer)).isEqualTo("The metrics could not be read");
        }
    }

    @Test
    void saysThatTheNumbersCannotBeRead() throws Exception {
        try (Operator failing =
                Operator.of(ManagementServer.Readiness::ready, () -> Future.failedFuture("on purpose"), LONG)) {
            assertThat(failing.ask("GET", "/metrics").statusCode()).isEqualTo(503);
        }
    }

    @Test
    void namesTheSettingsWhenItCannotListen() {
        Vertx vertx = Vertx.vertx();
        Metrics metrics = new Metrics(vertx, Operator.CHANNELS, () -> Future.succeededFuture(Operator.readings()));
        ManagementServer second = new ManagementServer(
                vertx,
                new Settings.Management(Operator.ADDRESS, operator.port()),
                new Operator.Idle(ManagementServer.Readiness::ready),
                metrics);

        assertThatThrownBy(() -> await(second.start()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("HERMES_MANAGEMENT_HOST=" + Operator.ADDRESS)
                .hasMessageContaining("HERMES_MANAGEMENT_PORT=" + operator.port());

        await(vertx.close());
    }

    @Test
    void listensNoMoreOnceClosed() {
        int port = operator.port();

        await(operator.server().close());

        // Java's own transport gives the port up when its event loop looks at its sockets the next time.
        Awaitility.await()
                .atMost(LONG)
                .untilAsserted(() -> assertThatThrownBy(() -> new Socket(Operator.ADDRESS, port).close())
                        .isInstanceOf(ConnectException.class));
    }

    private static String detail(HttpResponse<String> answer) {
        return new JsonObject(answer.body()).getString("detail");
    }
}
