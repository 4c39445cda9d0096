package dev.hermes.gateway.contract;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests for what is not there, or not so: JSON, and nothing about the inside. */
class HttpErrorsTest {

    private static final int MAX_EVENT_BYTES = 100_000;

    @AutoClose
    private static final RunningGateway GATEWAY =
            RunningGateway.with("HERMES_MAX_EVENT_BYTES", MAX_EVENT_BYTES).startWithoutRedis();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/favicon.ico",
                "/api/v1/events",
                "/api/v1/events/",
                "/api/v1/events/nothing",
                "/api/v1/events/downloads",
                "/api/v1/events/downloads/",
                "/api/v1/events/downloads/a/b",
                "/api/v1/events/queue/d-1",
                "/api/v1/events/analytics",
                "/api/v1/events/../../../etc/passwd",
                "/api/v1/events/%2e%2e/%2e%2e/health/ready",
                "/api/v2/events/queue",
                "/metrics",
                "/health/live",
                "/health/ready"
            })
    void anUnknownPathIs404(String path) {
        assertProblem(Http.request(GATEWAY.port(), "GET", path, null, Http.apiKey()), 404);
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /stream, 'GET, HEAD'",
        "PUT, /queue, 'GET, HEAD'",
        "DELETE, /stats, 'GET, HEAD'",
        "PATCH, /system, 'GET, HEAD'",
        "POST, /downloads/d-1, 'GET, HEAD'",
        "POST, /poll, 'GET, HEAD'",
        "POST, /health, 'GET, HEAD'",
        "GET, /token, 'POST, DELETE'",
        "PUT, /token, 'POST, DELETE'",
        "GET, /publish, POST",
        "DELETE, /publish, POST",
        "OPTIONS, /queue, 'GET, HEAD'",
        "BREW, /queue, 'GET, HEAD'"
    })
    void aMethodThatIsNotTakenIs405AndNamesThoseThatAre(String method, String path, String allowed) {
        Http.Answer answer = Http.request(GATEWAY.port(), method, Http.EVENTS + path, null);

        assertProblem(answer, 405);
        assertThat(answer.header("Allow")).isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/token", "/publish"})
    void aBodyThatIsNotSaidToBeJsonIs415(String path) {
        for (String type : new String[] {"text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""}) {
            assertProblem(Http.post(GATEWAY.port(), path, "{}", Http.apiKey(), "Content-Type: " + type), 415);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json; charset=utf-8", "APPLICATION/JSON", "application/json;charset=UTF-8"})
    void theMediaTypeMayHaveParametersAndAnyCase(String type) {
        assertThat(Http.post(
                                GATEWAY.port(),
                                "/token",
                                json("{'scope':'queue'}"),
                                Http.apiKey(),
                                "Content-Type: " + type)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aTokenBodyThatIsTooLargeIs413() {
        String body = json("{'scope':'%s'}", "q".repeat(70_000));

        assertProblem(Http.post(GATEWAY.port(), "/token", body, Http.apiKey()), 413);
    }

    @Test
    void aPublishBodyThatIsTooLargeIs413() {
        String body = json("{'channel':'queue:updates','type':'t','data':{'a':'%s'}}", "x".repeat(MAX_EVENT_BYTES));

        assertProblem(Http.post(GATEWAY.port(), "/publish", body, Http.apiKey()), 413);
    }

    @Test
    void anUriThatIsTooLongIs414() {
        assertProblem(Http.get(GATEWAY.port(), "/queue?token=" + "a".repeat(20_000)), 414);
    }

    @Test
    void aHeaderThatIsTooLargeIs431() {
        assertProblem(Http.get(GATEWAY.port(), "/queue", "X-Large: " + "a".repeat(40_000)), 431);
    }

    @Test
    void tooManyHeadersAre431() {
        String[] headers = new String[4_000];
        for (int header = 0; header < headers.length; header++) {
            headers[header] = "X-Header-" + header + ": value";
        }

        assertProblem(Http.get(GATEWAY.port(), "/queue", headers), 431);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GARBAGE\r\n\r\n",
                "GET\r\n\r\n",
                "GET /api/v1/events/queue\r\n\r\n",
                "\u0016\u0003\u0001\u0002hello\u0000\u0001\r\n\r\n",
                "GET /api/v1/events/queue HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n",
                "GET /api/v1/events/queue HTTP/1.1\r\nHost: a\r\nX: a\u0000b\r\n\r\n",
                "POST /api/v1/events/publish HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
                "POST /api/v1/events/publish HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"
            })
    void whatIsNoHttpIs400AndTheConnectionEnds(String garbage) {
        assertProblem(Http.parse(Http.raw(GATEWAY.port(), garbage)), 400);
    }

    /** RFC 9110 §2.5: in a version of ours, whatever the client wrote there. */
    @ParameterizedTest
    @ValueSource(strings = {"HTTP/9.9", "HTTP/2.0", "HTT?/1.1", "HTTPX/1.0"})
    void aVersionOfHttpThatThereIsNotIsRefusedInOneOfOursAndTheConnectionEnds(String version) {
        String answer = Http.raw(GATEWAY.port(), "GET " + Http.EVENTS + "/queue " + version + "\r\nHost: a\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 400 ");
        assertProblem(Http.parse(answer), 400);
    }

    private static void assertProblem(Http.Answer answer, int status) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        JsonObject body = answer.json();
        assertThat(body).isEqualTo(Http.problem(status, body.getString("detail")));
        assertThat(body.getString("detail")).isNotEmpty().doesNotContain("Exception", "dev.hermes", "io.vertx", "\n");
    }
}
