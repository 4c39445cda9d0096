package dev.hermes.gateway.contract;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.LogLines;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** No secret leaves the gateway but to the client that it is for. */
class SecretsTest {

    private static final String MARK = "DISTINCTIVE";
    private static final String WRONG_KEY = "wrong-key-" + MARK;
    private static final String REFUSED_BY_REDIS = "sse_list" + MARK;
    private static final List<String> TOKENS =
            List.of("sse_unknown" + MARK, "sse_mal.formed" + MARK, "no-token-" + MARK, REFUSED_BY_REDIS);

    private final List<String> secrets = new ArrayList<>(TOKENS);
    private final List<String> answers = new ArrayList<>();

    @Test
    void noSecretIsLoggedToldInAnErrorOrCountedInAMetric() {
        try (LogLines log = LogLines.capture();
                RunningGateway gateway =
                        RunningGateway.with("HERMES_RATE_LIMIT_PER_MINUTE", 20).start()) {
            secrets.addAll(List.of(RunningGateway.API_KEY, RunningGateway.SECRET_KEY, WRONG_KEY, MARK));
            gateway.redis(Command.LPUSH, "sse:token:" + REFUSED_BY_REDIS, "x");
            String good = gateway.token("queue");
            String minted = Http.post(gateway.port(), "/token", json("{'scope':'queue'}"), Http.apiKey())
                    .json()
                    .getString("token");
            String jwt = Jwt.of("u-1");
            String expired = Jwt.of("u-1", -10);
            secrets.addAll(List.of(good, minted, jwt, signature(jwt), expired, signature(expired)));

            succeed(gateway, List.of(good, minted, jwt, RunningGateway.API_KEY));
            fail(gateway, List.of(expired, WRONG_KEY));
            misbehave(gateway, good);
            endStreams(gateway, good, minted);
            loseRedis(gateway, gateway.token("queue"));

            assertThat(answers).hasSizeGreaterThan(30).allSatisfy(this::hasNoSecret);
            assertThat(log.all()).hasSizeGreaterThan(3).allSatisfy(this::hasNoSecret);
        }
    }

    private void succeed(RunningGateway gateway, List<String> credentials) {
        for (String credential : credentials) {
            keep(Http.get(gateway.port(), "/poll", Http.bearer(credential)));
            try (SseConnection stream =
                    SseConnection.open(gateway.port(), Http.EVENTS + "/queue", Http.bearer(credential))) {
                answers.add(stream.next().toString());
            }
        }
    }

    private void fail(RunningGateway gateway, List<String> credentials) {
        for (String token : TOKENS) {
            keep(Http.get(gateway.port(), "/queue?token=" + token));
            keep(Http.get(gateway.port(), "/poll?token=" + token + "&nothing=1"));
        }
        for (String credential : credentials) {
            keep(Http.get(gateway.port(), "/queue", Http.bearer(credential)));
            keep(Http.post(gateway.port(), "/publish", "{}", Http.bearer(credential)));
            keep(Http.post(gateway.port(), "/token", "{}", Http.bearer(credential)));
            for (int again = 0; again < 10; again++) {
                keep(Http.get(gateway.port(), "/poll", Http.bearer(credential)));
            }
        }
    }

    private void misbehave(RunningGateway gateway, String token) {
        keep(Http.get(gateway.port(), "/stats?token=" + token));
        keep(Http.get(gateway.port(), "/queue?nothing=1&token=" + token));
        keep(Http.get(gateway.port(), "/queue?token=" + token + "&token=" + token));
        keep(Http.get(gateway.port(), "/nothing?token=" + token));
        keep(Http.post(gateway.port(), "/queue?token=" + token, "{}"));
        keep(Http.get(gateway.port(), "/queue?token=" + token + "&status=" + "a".repeat(20_000)));
        keep(Http.get(gateway.port(), "/queue?token=" + token, "X-Large: " + "a".repeat(40_000)));
        keep(Http.parse(Http.raw(gateway.port(), "GET /queue?token=" + token + " HTTP/1.1\r\nbad\r\n\r\n")));
        keep(Http.post(gateway.port(), "/publish", json("{'channel':'nope'}"), Http.apiKey()));
        keep(Http.delete(gateway.port(), "/token", json("{'token':['%s']}", token), Http.apiKey()));
        keep(Http.delete(gateway.port(), "/token", json("{'token':'%s',", token), Http.apiKey()));
    }

    private void endStreams(RunningGateway gateway, String revoked, String cut) {
        try (SseConnection stream = SseConnection.open(gateway.port(), Http.EVENTS + "/queue?token=" + cut)) {
            stream.next("connected");
            stream.reset();
        }
        keep(Http.delete(
                gateway.port(), "/token", new JsonObject().put("token", revoked).encode(), Http.apiKey()));
        keep(Http.get(gateway.port(), "/queue?token=" + revoked));
    }

    private void loseRedis(RunningGateway gateway, String token) {
        secrets.add(token);
        gateway.redis().stop();
        Awaitility.await().untilAsserted(() -> {
            Http.Answer answer = Http.get(gateway.port(), "/poll?token=" + token);
            keep(answer);
            assertThat(answer.status()).isEqualTo(503);
        });
        keep(Http.post(gateway.port(), "/token", json("{'scope':'queue'}"), Http.apiKey()));
        keep(Http.request(gateway.managementPort(), "GET", "/metrics", null));
        keep(Http.request(gateway.managementPort(), "GET", "/health/ready", null));
        keep(Http.request(gateway.managementPort(), "GET", "/nothing", null, Http.apiKey()));
    }

    private static String signature(String jwt) {
        return jwt.substring(jwt.lastIndexOf('.') + 1);
    }

    private void keep(Http.Answer answer) {
        answers.add(answer.toString());
    }

    private void hasNoSecret(String text) {
        assertThat(text).doesNotContain(secrets.toArray(String[]::new));
    }
}
