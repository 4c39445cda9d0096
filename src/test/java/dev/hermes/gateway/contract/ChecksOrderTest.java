package dev.hermes.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is told first when several things are wrong: 404 and 405, flag, credential, Redis, token, parameters, scope,
 * capacity.
 */
class ChecksOrderTest {

    private static final String BAD_FORM = "x";
    private static final String UNKNOWN = "sse_unknown";

    @AutoClose
    private static final RunningGateway OFF =
            RunningGateway.with("HERMES_ENABLE_SSE", false).startWithoutRedis();

    @AutoClose
    private static final RunningGateway DOWN =
            new RunningGateway.Settings().startAt("redis://127.0.0.1:" + FreePorts.next());

    @AutoClose
    private static final RunningGateway FULL =
            RunningGateway.with("HERMES_SSE_MAX_CONNECTIONS", 1).start();

    @AutoClose
    @SuppressWarnings("UnusedVariable") // It holds the only place.
    private static final SseConnection THE_ONE = SseConnection.open(FULL.port(), Http.EVENTS + "/queue", Http.apiKey());

    @BeforeAll
    static void theOnlyPlaceIsTaken() {
        assertThat(THE_ONE.next().event()).isEqualTo("connected");
    }

    @Test
    void anUnknownPathComesBeforeTheFlag() {
        assertThat(Http.get(OFF.port(), "/nothing").status()).isEqualTo(404);
    }

    @Test
    void aWrongMethodComesBeforeTheFlag() {
        assertThat(Http.post(OFF.port(), "/queue", "{}").status()).isEqualTo(405);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/queue", "/queue?token=" + BAD_FORM, "/queue?nothing=1", "/downloads/%2F"})
    void theFlagComesBeforeCredentialAndParameters(String path) {
        assertThat(Http.get(OFF.port(), path).json().getString("code")).isEqualTo("SSE_DISABLED");
    }

    @ParameterizedTest
    @CsvSource({
        "/queue, SSE token required",
        "/queue?token=x, Invalid SSE token format",
        "/queue?nothing=1, SSE token required"
    })
    void whatCanBeJudgedWithoutRedisComesBeforeRedis(String path, String detail) {
        Http.Answer answer = Http.get(DOWN.port(), path);

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.detail()).isEqualTo(detail);
    }

    @Test
    void aBadJwtComesBeforeRedis() {
        assertThat(Http.get(DOWN.port(), "/queue", Http.bearer(Jwt.of("u-1", -5)))
                        .detail())
                .isEqualTo("Invalid or expired credentials");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/queue", "/queue?nothing=1", "/stream?channels=nope", "/downloads/a%20b"})
    void redisComesBeforeTheTokenAndTheParameters(String path) {
        String with = path + (path.contains("?") ? "&" : "?") + "token=" + UNKNOWN;

        Http.Answer answer = Http.get(DOWN.port(), with);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.json().getString("code")).isEqualTo("BACKEND_UNAVAILABLE");
    }

    @Test
    void redisComesBeforeTheParametersForAnApiKeyToo() {
        assertThat(Http.get(DOWN.port(), "/queue?nothing=1", Http.apiKey()).status())
                .isEqualTo(503);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/queue?nothing=1", "/stream?channels=nope", "/downloads/a%20b", "/poll?wait=x", "/poll?%zz"})
    void theTokenComesBeforeTheParameters(String path) {
        assertThat(Http.get(FULL.port(), path, Http.bearer(UNKNOWN)).detail())
                .isEqualTo("Invalid or expired SSE token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/queue?nothing=1",
                "/queue?last_event_id=x",
                "/stream?channels=stats:updates&event=a&event=b",
                "/downloads/a%20b",
                "/poll?channels=stats:updates&wait=x",
                "/poll?channels=stats:updates&after=x",
                "/stream?channels=stats:updates,nope"
            })
    void theParametersComeBeforeTheScope(String path) {
        assertThat(Http.get(FULL.port(), path, Http.bearer(FULL.token("storage")))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void theParametersComeBeforeCapacity() {
        assertThat(Http.get(FULL.port(), "/queue?nothing=1", Http.apiKey()).status())
                .isEqualTo(400);
    }

    @Test
    void theScopeComesBeforeCapacity() {
        assertThat(Http.get(FULL.port(), "/queue", Http.bearer(FULL.token("stats")))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void capacityComesLast() {
        assertThat(Http.get(FULL.port(), "/queue", Http.bearer(FULL.token("queue")))
                        .json()
                        .getString("code"))
                .isEqualTo("MAX_CONNECTIONS");
    }

    @Test
    void theCredentialComesBeforeTheBody() {
        assertThat(Http.post(FULL.port(), "/token", "not json").status()).isEqualTo(401);
        assertThat(Http.post(FULL.port(), "/publish", "not json", "Content-Type: text/plain")
                        .status())
                .isEqualTo(401);
        assertThat(Http.post(FULL.port(), "/publish", "not json", Http.bearer(Jwt.of("u-1")))
                        .status())
                .isEqualTo(403);
    }
}
