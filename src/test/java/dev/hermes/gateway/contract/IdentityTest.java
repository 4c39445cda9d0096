package dev.hermes.gateway.contract;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.IdentityServer;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.watchdog.Pace;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code HERMES_IDENTITY_URL}: Hermes alone knows who has logged out, who is disabled and which further API keys there
 * are, so it is asked before such a credential is accepted.
 */
class IdentityTest {

    private static final String BAD = "Invalid or expired credentials";
    private static final Duration HEARTBEAT = Duration.ofSeconds(2);

    /** Spread over an interval, those of one sixteenth of it are asked about together. */
    private static final long QUESTIONS_A_ROUND = 16;

    private static final String HERMES_KEY = "hermes-key-of-alice";

    private IdentityServer hermes;
    private RunningGateway gateway;

    @BeforeEach
    void start() {
        hermes = new IdentityServer();
        gateway = gateway(hermes.url(), HEARTBEAT);
        warmUp(gateway);
    }

    /** The first question of all may take longer than one may, on a busy machine. */
    private void warmUp(RunningGateway cold) {
        await().until(() ->
                Http.get(cold.port(), "/poll", Http.bearer("anybody-else")).status() == 200);
        hermes.asked().clear();
    }

    private static RunningGateway gateway(String url, Duration heartbeat) {
        return RunningGateway.with("HERMES_IDENTITY_URL", url)
                .with("HERMES_SSE_HEARTBEAT_INTERVAL", heartbeat.toSeconds())
                .with("HERMES_RATE_LIMIT_PER_MINUTE", 1_000)
                .startWithoutRedis();
    }

    @AfterEach
    void end() {
        gateway.close();
        hermes.close();
    }

    private SseConnection open(String credential) {
        return open(gateway, credential);
    }

    private static SseConnection open(RunningGateway gateway, String credential) {
        return SseConnection.open(gateway.port(), Http.EVENTS + "/system", Http.bearer(credential));
    }

    private Http.Answer head(String credential) {
        return Http.request(gateway.port(), "HEAD", Http.EVENTS + "/system", null, Http.bearer(credential));
    }

    @Test
    void aJwtThatHermesAcceptsIsAcceptedAndNotAskedAboutAgainAtOnce() {
        String jwt = Jwt.of("alice");
        // So seldom that no open stream is the reason for a question.
        try (RunningGateway calm = gateway(hermes.url(), Duration.ofSeconds(30))) {
            warmUp(calm);
            for (int opening = 0; opening < 3; opening++) {
                try (SseConnection stream = open(calm, jwt)) {
                    assertThat(stream.next().event()).isEqualTo("connected");
                }
            }

            assertThat(hermes.asked()).containsExactly(jwt);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void aJwtThatHermesRefusesIsRefusedEverywhere(int status) {
        String jwt = Jwt.of("alice");
        hermes.answer(jwt, status);
        String bearer = Http.bearer(jwt);

        List<Http.Answer> answers = List.of(
                Http.get(gateway.port(), "/system", bearer, "Accept: text/event-stream"),
                Http.get(gateway.port(), "/poll", bearer),
                Http.post(gateway.port(), "/token", json("{'scope':'queue'}"), bearer),
                Http.delete(gateway.port(), "/token", json("{'token':'sse_x'}"), bearer));

        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.json()).isEqualTo(Http.problem(401, BAD));
        });
    }

    @Test
    void whatCanBeJudgedHereIsNotAskedAbout() {
        String token = Http.post(gateway.port(), "/token", json("{'scope':'system'}"), Http.apiKey())
                .json()
                .getString("token");

        assertThat(head(RunningGateway.API_KEY).status()).isEqualTo(200);
        assertThat(head(token).status()).isEqualTo(200);
        assertThat(head(Jwt.of("alice") + "x").status()).isEqualTo(401);
        assertThat(head("a.b.c").status()).isEqualTo(401);
        assertThat(head("sse_unknown").status()).isEqualTo(401);
        assertThat(Http.post(gateway.port(), "/publish", "[]", Http.bearer(Jwt.of("alice")))
                        .status())
                .isEqualTo(403);
        assertThat(hermes.asked()).isEmpty();
    }

    /** A server before Hermes answers such with an error, and a few errors would be an outage to all others. */
    @ParameterizedTest
    @ValueSource(strings = {"a key", "schl\u00fcssel", "key\u007f", "key,key", "LONG"})
    void whatCannotBeAKeyIsNotAskedAbout(String text) {
        assertThat(head(text.equals("LONG") ? "k".repeat(1_025) : text).status())
                .isIn(400, 401);
        assertThat(hermes.asked()).isEmpty();
    }

    @Test
    void anApiKeyThatHermesKnowsSeesEveryChannel() {
        try (SseConnection stream = open(HERMES_KEY)) {
            assertThat(stream.next().event()).isEqualTo("connected");
        }

        hermes.answer("another", 401);
        assertThat(head("another").status()).isEqualTo(401);
    }

    /** Hermes gives keys to its users; what a user may see he may not make up for all others. */
    @Test
    void anApiKeyThatHermesKnowsDoesNotPublish() {
        Http.Answer answer = Http.post(
                gateway.port(),
                "/publish",
                json("{'channel':'queue:updates','type':'t','data':{}}"),
                Http.bearer(HERMES_KEY));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(hermes.asked()).isEmpty();
    }

    @Test
    void anApiKeyThatHermesKnowsTakesBackItsOwnTokensOnly() {
        String of = Http.bearer(HERMES_KEY);
        String own = mint(of);
        String others = mint(Http.bearer(Jwt.of("bob")));

        Http.delete(gateway.port(), "/token", json("{'token':'%s'}", own), of);
        Http.delete(gateway.port(), "/token", json("{'token':'%s'}", others), of);

        assertThat(head(own).status()).isEqualTo(401);
        assertThat(head(others).status()).isEqualTo(200);
    }

    private String mint(String credential) {
        return Http.post(gateway.port(), "/token", json("{'scope':'system'}"), credential)
                .json()
                .getString("token");
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 429, 302, 404, IdentityServer.CUTS})
    void anAnswerThatSaysNothingOfTheCredentialIsNever401(int status) {
        hermes.answerOthers(status);

        assertUnavailable(Jwt.of("alice"));
        assertUnavailable(HERMES_KEY);
    }

    @Test
    void nobodyWaitsLongerThanTwoSecondsForAnAnswer() {
        hermes.answerOthers(IdentityServer.HANGS);

        Pace pace = Pace.start();
        assertUnavailable(Jwt.of("alice"));

        assertThat(pace.elapsed()).isBetween(Duration.ofMillis(1_900), pace.stretched(Duration.ofSeconds(5)));
    }

    @Test
    void nobodyThereIsNever401() {
        try (RunningGateway alone = gateway("http://127.0.0.1:1/me", HEARTBEAT)) {
            Http.Answer answer = Http.get(alone.port(), "/poll", Http.bearer(Jwt.of("alice")));

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.json().getString("code")).isEqualTo("BACKEND_UNAVAILABLE");
        }
    }

    private void assertUnavailable(String credential) {
        try (SseConnection stream = open(credential)) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.untilEnd(Duration.ofSeconds(20))).singleElement().satisfies(frame -> {
                assertThat(frame.event()).isEqualTo("unavailable");
                assertThat(new JsonObject(frame.data()).getString("code")).isEqualTo("BACKEND_UNAVAILABLE");
            });
        }
        Http.Answer answer = Http.get(gateway.port(), "/poll", Http.bearer(credential));
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.json().getString("code")).isEqualTo("BACKEND_UNAVAILABLE");
    }

    @Test
    void aLogoutEndsItsOpenStreamsWithinAHeartbeatInterval() {
        String jwt = Jwt.of("alice");
        try (SseConnection one = open(jwt);
                SseConnection two = open(jwt);
                SseConnection another = open(Jwt.of("bob"))) {
            one.next("connected");
            two.next("connected");
            another.next("connected");
            Pace pace = Pace.start();
            hermes.answer(jwt, 401);

            SseConnection.Frame closing = one.next("closing");
            two.next("closing");
            assertThat(pace.elapsed()).isLessThan(pace.stretched(HEARTBEAT));

            assertThat(new JsonObject(closing.data()).getString("reason")).isEqualTo("token_revoked");
            another.next("heartbeat");
            another.next("heartbeat");
        }
    }

    @Test
    void aQuestionWithoutAnAnswerEndsNoStream() {
        String jwt = Jwt.of("alice");
        try (SseConnection stream = open(jwt)) {
            stream.next("connected");
            hermes.answerOthers(500);
            long before = hermes.asked().size();

            await().until(() -> hermes.asked().size() > before + 1);

            stream.next("heartbeat");
            stream.next("heartbeat");
        }
    }

    @Test
    void aHundredStreamsOfOneCredentialAreOneQuestionARound() {
        String jwt = Jwt.of("alice");
        List<SseConnection> streams = new ArrayList<>();
        Pace opening = Pace.start();
        try {
            for (int stream = 0; stream < 100; stream++) {
                streams.add(open(jwt));
            }
            streams.forEach(stream -> stream.next("connected"));
            assertThat(hermes.askedAbout(jwt))
                    .isLessThan(10 + QUESTIONS_A_ROUND * opening.elapsed().dividedBy(HEARTBEAT));
            streams.forEach(stream -> stream.next("heartbeat"));
            long before = hermes.askedAbout(jwt);
            Pace beating = Pace.start();
            streams.forEach(stream -> stream.next("heartbeat"));

            long rounds = 2 + beating.elapsed().dividedBy(HEARTBEAT);
            assertThat(hermes.askedAbout(jwt) - before).isBetween(1L, QUESTIONS_A_ROUND * rounds);
        } finally {
            streams.forEach(SseConnection::close);
        }
    }

    @Test
    void twoHundredCredentialsAreAskedAboutOverAFewConnections() {
        List<SseConnection> streams = new ArrayList<>();
        try {
            for (int user = 0; user < 200; user++) {
                streams.add(open(Jwt.of("user-" + user)));
            }
            assertThat(streams)
                    .allSatisfy(stream -> assertThat(stream.next().event()).isEqualTo("connected"));
            assertThat(hermes.connections()).isBetween(1, 4);
        } finally {
            streams.forEach(SseConnection::close);
        }
    }

    @Test
    void aHermesThatDoesNotAnswerIsLeftAloneAndAskedAgainSoon() {
        hermes.answerOthers(500);
        await().pollInterval(Duration.ofMillis(10)).until(() -> {
            assertThat(head(Jwt.of("alice")).status()).isEqualTo(503);
            return metric("hermes_identity_circuit_open") == 1;
        });
        int asked = hermes.asked().size();
        assertThat(asked).isGreaterThanOrEqualTo(5);
        assertThat(head(Jwt.of("bob")).status()).isEqualTo(503);
        assertThat(hermes.asked()).hasSizeLessThanOrEqualTo(asked + 1);

        hermes.answerOthers(200);

        await().until(() -> head(Jwt.of("alice")).status() == 200);
        assertThat(metric("hermes_identity_circuit_open")).isZero();
        assertThat(metric("hermes_identity_questions_total{outcome=\"accepted\"}"))
                .isPositive();
        assertThat(metric("hermes_identity_questions_total{outcome=\"unanswered\"}"))
                .isGreaterThanOrEqualTo(5);
    }

    private double metric(String sample) {
        return Http.metric(gateway, sample);
    }

    @Test
    void aCredentialThatHermesRefusesCountsAsAFailedOne() {
        try (RunningGateway strict = RunningGateway.with("HERMES_IDENTITY_URL", hermes.url())
                .with("HERMES_RATE_LIMIT_PER_MINUTE", 1)
                .startWithoutRedis()) {
            warmUp(strict);
            hermes.answer("gone", 401);

            assertThat(Http.get(strict.port(), "/poll", Http.bearer("gone")).status())
                    .isEqualTo(401);
            assertThat(Http.get(strict.port(), "/poll", Http.bearer("gone")).status())
                    .isEqualTo(429);
            assertThat(Http.get(strict.port(), "/poll", Http.bearer(HERMES_KEY)).status())
                    .isEqualTo(200);
        }
    }
}
