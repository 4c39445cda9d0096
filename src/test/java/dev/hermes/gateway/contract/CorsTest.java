package dev.hermes.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages of other origins. */
class CorsTest {

    private static final String ALLOWED = "https://app.example";

    @AutoClose
    private static final RunningGateway GATEWAY = RunningGateway.with(
                    "HERMES_ALLOWED_ORIGINS", ALLOWED + " https://other.example:8443")
            .startWithoutRedis();

    @AutoClose
    private static final RunningGateway OPEN = RunningGateway.with("HERMES_ALLOWED_ORIGINS", "*")
            .with("HERMES_ALLOW_CREDENTIALS", false)
            .startWithoutRedis();

    @ParameterizedTest
    @ValueSource(strings = {ALLOWED, "https://other.example:8443"})
    void anAllowedOriginIsNamedAndMaySendCredentials(String origin) {
        Http.Answer answer = from(origin, "/poll");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(origin);
        assertThat(answer.header("Access-Control-Allow-Credentials")).isEqualTo("true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/queue", "/poll", "/health", "/nothing"})
    void whatAPageMayReadOfTheHeadIsNamed(String path) {
        assertThat(Http.request(GATEWAY.port(), "HEAD", Http.EVENTS + path, null, Http.apiKey(), "Origin: " + ALLOWED)
                        .header("Access-Control-Expose-Headers"))
                .isEqualTo("Last-Event-ID, Retry-After, X-Request-Id");
    }

    @Test
    void aRefusalCanBeReadByThePageToo() {
        Http.Answer answer = Http.get(GATEWAY.port(), "/queue", "Origin: " + ALLOWED);

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(ALLOWED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "http://app.example",
                "https://app.example:443",
                "https://app.example.evil.example",
                "https://APP.example",
                "http://localhost:8000",
                "null",
                "*"
            })
    void aForeignOriginIsServedWithoutCorsHeaders(String origin) {
        Http.Answer answer = from(origin, "/poll");

        assertThat(answer.status()).isEqualTo(200);
        assertNoCorsHeaders(answer);
    }

    @Test
    void aPostOfTheSameHostIsServedAlthoughItCarriesAnOrigin() {
        Http.Answer answer =
                Http.post(GATEWAY.port(), "/token", "{\"scope\":\"queue\"}", Http.apiKey(), "Origin: http://localhost");

        assertThat(answer.status()).isEqualTo(200);
        assertNoCorsHeaders(answer);
    }

    @Test
    void withoutAnOriginThereAreNoCorsHeaders() {
        assertNoCorsHeaders(Http.get(GATEWAY.port(), "/poll", Http.apiKey()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/poll", "/queue?nothing=1", "/health", "/nothing"})
    void cachesAreToldThatTheOriginMatters(String path) {
        assertThat(Http.get(GATEWAY.port(), path, Http.apiKey()).header("Vary")).isEqualTo("Origin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/queue", "/stream", "/downloads/d-1", "/poll", "/token", "/publish", "/health"})
    void aPreflightIsAnsweredWithoutACredential(String path) {
        Http.Answer answer = preflight(GATEWAY, ALLOWED, path);

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(ALLOWED);
        assertThat(answer.header("Access-Control-Allow-Credentials")).isEqualTo("true");
        assertThat(answer.header("Access-Control-Allow-Methods")).contains("GET", "POST", "DELETE");
        assertThat(answer.header("Access-Control-Allow-Headers"))
                .isEqualTo("Authorization, Content-Type, Last-Event-ID, X-Request-Id");
    }

    @Test
    void aPreflightOfAForeignOriginIsAnsweredWithoutCorsHeaders() {
        Http.Answer answer = preflight(GATEWAY, "https://evil.example", "/queue");

        assertThat(answer.status()).isEqualTo(204);
        assertNoCorsHeaders(answer);
    }

    @Test
    void everyOriginIsAllowedByAStarWhichNeverComesWithCredentials() {
        Http.Answer answer = Http.get(OPEN.port(), "/poll", Http.apiKey(), "Origin: https://anybody.example");

        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("*");
        assertThat(answer.header("Access-Control-Allow-Credentials")).isNull();
        assertThat(preflight(OPEN, "https://anybody.example", "/queue").header("Access-Control-Allow-Credentials"))
                .isNull();
    }

    private static Http.Answer from(String origin, String path) {
        return Http.get(GATEWAY.port(), path, Http.apiKey(), "Origin: " + origin);
    }

    private static Http.Answer preflight(RunningGateway gateway, String origin, String path) {
        return Http.request(
                gateway.port(),
                "OPTIONS",
                Http.EVENTS + path,
                null,
                "Origin: " + origin,
                "Access-Control-Request-Method: POST",
                "Access-Control-Request-Headers: authorization, last-event-id");
    }

    private static void assertNoCorsHeaders(Http.Answer answer) {
        assertThat(answer.headers().keySet()).noneMatch(name -> name.startsWith("access-control-"));
    }
}
