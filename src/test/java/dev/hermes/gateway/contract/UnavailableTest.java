package dev.hermes.gateway.contract;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody, or not this client, can be served right now: told in-band where a 503 would end an EventSource for good. */
class UnavailableTest {

    @AutoClose
    private static final RunningGateway DOWN =
            new RunningGateway.Settings().startAt("redis://127.0.0.1:" + FreePorts.next());

    @AutoClose
    private static final RunningGateway FULL =
            RunningGateway.with("HERMES_SSE_MAX_CONNECTIONS", 1).startWithoutRedis();

    @AutoClose
    private static final SseConnection THE_ONE = SseConnection.open(FULL.port(), Http.EVENTS + "/queue", Http.apiKey());

    @BeforeAll
    static void theOnlyPlaceIsTaken() {
        assertThat(THE_ONE.next().event()).isEqualTo("connected");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/stream", "/queue", "/stats", "/system", "/downloads/d-1"})
    void aFullGatewayTellsAnEventSourceInBand(String route) {
        assertInBand(FULL, route, Http.apiKey(), "MAX_CONNECTIONS");
    }

    @Test
    void eachIsToldAnotherTimeToComeBack() {
        Set<Integer> retries = new HashSet<>();
        for (int client = 0; client < 10; client++) {
            retries.add(assertInBand(FULL, "/queue", Http.apiKey(), "MAX_CONNECTIONS"));
        }

        assertThat(retries).hasSizeGreaterThan(1);
    }

    @Test
    void theInBandAnswerIsAStreamInEveryHeader() {
        try (SseConnection stream = SseConnection.open(FULL.port(), Http.EVENTS + "/queue", Http.apiKey())) {
            assertThat(stream.header("Content-Type")).isEqualTo("text/event-stream; charset=utf-8");
            assertThat(stream.header("Cache-Control")).isEqualTo("no-cache, no-transform");
            assertThat(stream.header("X-Accel-Buffering")).isEqualTo("no");
            assertThat(stream.header("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(stream.header("X-Request-Id")).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Accept: application/json", "Accept: */*", "X-No: accept"})
    void aFullGatewayTellsOthersWith503AndWhenToComeBack(String accept) {
        Http.Answer answer = Http.get(FULL.port(), "/queue", Http.apiKey(), accept);

        assertUnavailable(answer, "MAX_CONNECTIONS");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html, text/event-stream;q=0.9", "TEXT/EVENT-STREAM"})
    void anEventStreamAmongOthersIsAsGood(String accept) {
        assertThat(Http.get(FULL.port(), "/queue", Http.apiKey(), "Accept: " + accept)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aFullGatewayRefusesWaitingPollsWith503() {
        Http.Answer answer = Http.get(FULL.port(), "/poll?wait=1", Http.apiKey(), "Accept: text/event-stream");

        assertUnavailable(answer, "MAX_CONNECTIONS");
    }

    @Test
    void aFullGatewayRefusesPollsThatDoNotWaitToo() {
        assertUnavailable(Http.get(FULL.port(), "/poll", Http.apiKey()), "MAX_CONNECTIONS");
    }

    @Test
    void aPlaceThatIsGivenBackCanBeTaken() {
        try (RunningGateway small =
                RunningGateway.with("HERMES_SSE_MAX_CONNECTIONS", 1).startWithoutRedis()) {
            SseConnection first = SseConnection.open(small.port(), Http.EVENTS + "/queue", Http.apiKey());
            first.next("connected");
            first.close();

            Awaitility.await().untilAsserted(() -> {
                try (SseConnection next = SseConnection.open(small.port(), Http.EVENTS + "/queue", Http.apiKey())) {
                    assertThat(next.next().event()).isEqualTo("connected");
                }
            });
        }
    }

    @Test
    void theLimitOfOneAddressLeavesOthersTheirPlaces() {
        try (RunningGateway gateway = RunningGateway.with("HERMES_SSE_MAX_CONNECTIONS_PER_ADDRESS", 1)
                        .startWithoutRedis();
                SseConnection one = from(gateway, "203.0.113.1");
                SseConnection same = from(gateway, "203.0.113.1");
                SseConnection other = from(gateway, "198.51.100.7, 203.0.113.2")) {
            assertThat(one.next().event()).isEqualTo("connected");
            assertThat(same.next().event()).isEqualTo("unavailable");
            assertThat(other.next().event()).isEqualTo("connected");
        }
    }

    @Test
    void theLimitOfOneUserLeavesOthersTheirPlaces() {
        try (RunningGateway gateway = RunningGateway.with("HERMES_SSE_MAX_CONNECTIONS_PER_USER", 1)
                        .startWithoutRedis();
                SseConnection one = with(gateway, Jwt.of("u-1"));
                SseConnection same = with(gateway, Jwt.of("u-1", 300));
                SseConnection other = with(gateway, Jwt.of("u-2"));
                SseConnection nobodys = with(gateway, RunningGateway.API_KEY)) {
            assertThat(one.next().event()).isEqualTo("connected");
            assertThat(new JsonObject(same.next("unavailable").data()).getString("code"))
                    .isEqualTo("MAX_CONNECTIONS");
            assertThat(other.next().event()).isEqualTo("connected");
            assertThat(nobodys.next().event()).isEqualTo("connected");
        }
    }

    @Test
    void theLimitOfOneTokenLeavesOthersTheirPlacesAndIsGivenBack() {
        try (RunningGateway gateway =
                RunningGateway.with("HERMES_SSE_MAX_CONNECTIONS_PER_TOKEN", 1).start()) {
            String token = gateway.token(RunningGateway.EVERYTHING);
            try (SseConnection one = with(gateway, token);
                    SseConnection same = with(gateway, token);
                    SseConnection other = with(gateway, gateway.token(RunningGateway.EVERYTHING))) {
                assertThat(one.next().event()).isEqualTo("connected");
                assertThat(same.next().event()).isEqualTo("unavailable");
                assertThat(other.next().event()).isEqualTo("connected");
            }

            Awaitility.await().untilAsserted(() -> {
                try (SseConnection again = with(gateway, token)) {
                    assertThat(again.next().event()).isEqualTo("connected");
                }
            });
        }
    }

    private static SseConnection with(RunningGateway gateway, String credential) {
        return SseConnection.open(gateway.port(), Http.EVENTS + "/queue", Http.bearer(credential));
    }

    static List<String> everyKindOfCredential() {
        return List.of("sse_some_token", Jwt.of("u-1"), RunningGateway.API_KEY);
    }

    @ParameterizedTest
    @MethodSource("everyKindOfCredential")
    void withoutRedisAnEventSourceIsToldInBandWhateverItsCredential(String credential) {
        assertInBand(DOWN, "/queue", Http.bearer(credential), "BACKEND_UNAVAILABLE");
    }

    @ParameterizedTest
    @MethodSource("everyKindOfCredential")
    void withoutRedisOthersAreTold503WhateverTheirCredential(String credential) {
        assertUnavailable(
                Http.get(DOWN.port(), "/queue", Http.bearer(credential), "Accept: */*"), "BACKEND_UNAVAILABLE");
        assertUnavailable(Http.get(DOWN.port(), "/poll", Http.bearer(credential)), "BACKEND_UNAVAILABLE");
    }

    @Test
    void withoutRedisNothingIsMintedRevokedOrPublished() {
        assertUnavailable(
                Http.post(DOWN.port(), "/token", json("{'scope':'queue'}"), Http.bearer(Jwt.of("u-1"))),
                "BACKEND_UNAVAILABLE");
        assertUnavailable(
                Http.delete(DOWN.port(), "/token", json("{'token':'sse_a'}"), Http.apiKey()), "BACKEND_UNAVAILABLE");
        assertUnavailable(
                Http.post(
                        DOWN.port(),
                        "/publish",
                        json("{'channel':'queue:updates','type':'t','data':{}}"),
                        Http.apiKey()),
                "BACKEND_UNAVAILABLE");
    }

    @Test
    void redisLostWhileRunningIsNever401AndBackItServes() {
        try (RunningGateway gateway = RunningGateway.started()) {
            String token = Http.bearer(gateway.token("queue"));
            gateway.redis().stop();
            org.awaitility.Awaitility.await().untilAsserted(() -> {
                Http.Answer answer = Http.get(gateway.port(), "/poll", token);
                assertThat(answer.status()).isNotEqualTo(401).isEqualTo(503);
            });
            gateway.redis().restart();
            org.awaitility.Awaitility.await()
                    .untilAsserted(() -> assertThat(Http.get(gateway.port(), "/poll", Http.apiKey())
                                    .status())
                            .isEqualTo(200));
        }
    }

    private static SseConnection from(RunningGateway gateway, String forwardedFor) {
        return SseConnection.open(
                gateway.port(), Http.EVENTS + "/queue", Http.apiKey(), "X-Forwarded-For: " + forwardedFor);
    }

    private static int assertInBand(RunningGateway gateway, String route, String credential, String code) {
        try (SseConnection stream = SseConnection.open(gateway.port(), Http.EVENTS + route, credential)) {
            assertThat(stream.status()).isEqualTo(200);
            List<Frame> frames = stream.untilEnd(Duration.ofSeconds(10));
            assertThat(frames).singleElement().satisfies(frame -> {
                assertThat(frame.event()).isEqualTo("unavailable");
                assertThat(frame.id()).isNull();
                assertThat(frame.retry()).isBetween(5_000, 15_000);
                JsonObject data = new JsonObject(frame.data());
                assertThat(data.getString("code")).isEqualTo(code);
                assertThat(data.getString("error")).isNotEmpty();
                assertThat(data.fieldNames()).containsExactlyInAnyOrder("error", "code");
            });
            return Objects.requireNonNull(frames.get(0).retry(), "no retry");
        }
    }

    private static void assertUnavailable(Http.Answer answer, String code) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
        assertThat(answer.json().getString("code")).isEqualTo(code);
        assertThat(answer.detail()).isNotEmpty();
    }
}
