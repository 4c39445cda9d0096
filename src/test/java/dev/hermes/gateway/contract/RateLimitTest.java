package dev.hermes.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who guesses credentials is held off; nobody else. */
class RateLimitTest {

    private static final int LIMIT = 5;
    private static final String WRONG = "sse_guessed";

    @AutoClose
    private static final RunningGateway GATEWAY =
            RunningGateway.with("HERMES_RATE_LIMIT_PER_MINUTE", LIMIT).startWithoutRedis();

    @Test
    void anEventSourceThatFailedTooOftenIsToldInBand() {
        String address = exhausted("203.0.113.1");

        try (SseConnection stream =
                SseConnection.open(GATEWAY.port(), Http.EVENTS + "/queue?token=" + WRONG, address)) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.untilEnd(Duration.ofSeconds(10))).singleElement().satisfies(frame -> {
                assertThat(frame.event()).isEqualTo("unavailable");
                assertThat(frame.retry()).isBetween(5_000, 15_000);
                assertThat(new JsonObject(frame.data()).getString("code")).isEqualTo("RATE_LIMITED");
            });
        }
    }

    @Test
    void aStreamForOthersIsRefusedWith429() {
        assert429(Http.get(GATEWAY.port(), "/queue?token=" + WRONG, exhausted("203.0.113.2")));
    }

    @Test
    void aPollIsRefusedWith429() {
        assert429(Http.get(GATEWAY.port(), "/poll?token=" + WRONG, exhausted("203.0.113.3")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/token", "/publish"})
    void aPostIsRefusedWith429(String route) {
        String address = exhausted("203.0.113.4" + route.length());
        assert429(Http.post(GATEWAY.port(), route, "{}", address, Http.bearer("wrong-key")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"malformed", "sse_unknown", "sse_"})
    void everyKindOfFailureCounts(String token) {
        String address = "X-Forwarded-For: 203.0.113." + (10 + token.length());
        for (int failure = 0; failure < LIMIT; failure++) {
            assertThat(Http.get(GATEWAY.port(), "/poll?token=" + token, address).status())
                    .isEqualTo(401);
        }

        assert429(Http.get(GATEWAY.port(), "/poll?token=" + token, address));
    }

    @Test
    void aValidCredentialFromThereIsServed() {
        String address = exhausted("203.0.113.5");
        String token = Http.post(GATEWAY.port(), "/token", "{\"scope\":\"queue\"}", address, Http.apiKey())
                .json()
                .getString("token");

        try (SseConnection stream =
                SseConnection.open(GATEWAY.port(), Http.EVENTS + "/queue?token=" + token, address)) {
            assertThat(stream.next().event()).isEqualTo("connected");
        }
        assertThat(Http.get(GATEWAY.port(), "/poll", address, Http.bearer(Jwt.of("u-1")))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void anotherAddressIsNotHeldOff() {
        exhausted("203.0.113.6");

        assertThat(Http.get(GATEWAY.port(), "/poll?token=" + WRONG, "X-Forwarded-For: 203.0.113.7")
                        .status())
                .isEqualTo(401);
    }

    @Test
    void noCredentialIsNotAFailedOne() {
        String address = "X-Forwarded-For: 203.0.113.8";
        for (int request = 0; request < 3 * LIMIT; request++) {
            assertThat(Http.get(GATEWAY.port(), "/queue", address).detail()).isEqualTo("SSE token required");
        }

        assertThat(Http.get(GATEWAY.port(), "/queue?token=" + WRONG, address).status())
                .isEqualTo(401);
    }

    @Test
    void noCredentialFromThereIsStillToldThatOneIsRequired() {
        String address = exhausted("203.0.113.9");

        assertThat(Http.get(GATEWAY.port(), "/queue", address).detail()).isEqualTo("SSE token required");
    }

    @Test
    void aScopeThatDoesNotSufficeIsNoFailedCredential() {
        String address = "X-Forwarded-For: 203.0.113.30";
        String token = Http.post(GATEWAY.port(), "/token", "{\"scope\":\"queue\"}", Http.apiKey())
                .json()
                .getString("token");
        for (int request = 0; request < 3 * LIMIT; request++) {
            assertThat(Http.get(GATEWAY.port(), "/stats?token=" + token, address)
                            .status())
                    .isEqualTo(403);
        }
    }

    /** The header of an address from which no more failures are answered with 401. */
    private static String exhausted(String address) {
        String header = "X-Forwarded-For: " + address;
        for (int failure = 0; failure < LIMIT; failure++) {
            Http.get(GATEWAY.port(), "/poll?token=" + WRONG, header);
        }
        return header;
    }

    private static void assert429(Http.Answer answer) {
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 60);
        assertThat(answer.json().getString("code")).isEqualTo("RATE_LIMITED");
    }
}
