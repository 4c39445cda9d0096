package dev.hermes.gateway.contract;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets in, and what those are told who do not. */
class CredentialsTest {

    /** One who fails often on purpose is not to be held off here. */
    @AutoClose
    private static final RunningGateway GATEWAY =
            RunningGateway.with("HERMES_RATE_LIMIT_PER_MINUTE", 1_000_000).start();

    @ParameterizedTest
    @ValueSource(strings = {"/stream", "/downloads/d-1", "/queue", "/stats", "/system", "/poll"})
    void noCredentialIsToldThatATokenIsRequired(String route) {
        assertRefused(Http.get(GATEWAY.port(), route), "SSE token required");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic dTpw", "Bearer", "Bearer ", "Token sse_abc", "sse_abc"})
    void anAuthorizationOfAnotherKindIsNoCredential(String authorization) {
        assertRefused(Http.get(GATEWAY.port(), "/queue", "Authorization: " + authorization), "SSE token required");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/token", "/publish"})
    void aPostWithoutCredentialIsChallenged(String route) {
        Http.Answer answer = Http.post(GATEWAY.port(), route, "{}");

        assertRefused(answer, "Authorization required");
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
    }

    @Test
    void aDeleteWithoutCredentialIsChallenged() {
        Http.Answer answer = Http.delete(GATEWAY.port(), "/token", "{}");

        assertRefused(answer, "Authorization required");
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
    }

    static List<String> malformedTokens() {
        return List.of(
                "x",
                "sse_",
                "sse",
                "SSE_abc",
                "sse_a.b",
                "sse_a%20b",
                "sse_%00",
                "sse_a%2Fb",
                "sse_" + "a".repeat(129),
                RunningGateway.API_KEY,
                Jwt.of("u-1"));
    }

    @ParameterizedTest
    @MethodSource("malformedTokens")
    void aQueryTokenOfAnotherFormIsRefused(String token) {
        assertRefused(Http.get(GATEWAY.port(), "/queue?token=" + token), "Invalid SSE token format");
        assertRefused(Http.get(GATEWAY.port(), "/poll?token=" + token), "Invalid SSE token format");
    }

    @Test
    void anEmptyQueryTokenIsNoCredentialOrAMalformedOne() {
        assertThat(Http.get(GATEWAY.port(), "/queue?token=").status()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 128})
    void anUnknownTokenIsRefused(int length) {
        String unknown = "sse_" + "u".repeat(length);

        assertRefused(Http.get(GATEWAY.port(), "/queue?token=" + unknown), "Invalid or expired SSE token");
        assertRefused(Http.get(GATEWAY.port(), "/queue", Http.bearer(unknown)), "Invalid or expired SSE token");
        assertRefused(Http.get(GATEWAY.port(), "/poll?token=" + unknown), "Invalid or expired SSE token");
    }

    @Test
    void anExpiredTokenThatIsStillThereIsRefused() {
        GATEWAY.redis(
                Command.SET,
                "sse:token:sse_expired",
                new JsonObject()
                        .put("scope", "queue")
                        .put("user_id", "u-1")
                        .put("expires_at", Instant.now().minusSeconds(1).toString())
                        .put("permissions", List.of("read"))
                        .put("created_at", Instant.now().minusSeconds(600).toString())
                        .encode());

        assertRefused(Http.get(GATEWAY.port(), "/queue?token=sse_expired"), "SSE token expired");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                not json
                []
                {}
                {"scope":"queue"}
                {"scope":1,"expires_at":2}
                """)
    void aTokenWhoseRecordIsBrokenIsUnknown(String stored) {
        GATEWAY.redis(Command.SET, "sse:token:sse_broken", stored);

        assertRefused(Http.get(GATEWAY.port(), "/queue?token=sse_broken"), "Invalid or expired SSE token");
    }

    static Stream<String> badCredentials() {
        String good = Jwt.of("u-1");
        return Stream.of(
                "wrong-key",
                RunningGateway.API_KEY + "x",
                RunningGateway.API_KEY.substring(1),
                "a.b.c",
                "..",
                good.substring(0, good.lastIndexOf('.') + 1),
                good.substring(0, good.length() - 4) + "AAAA",
                Jwt.of("u-1", -1),
                Jwt.signed("u-1", 600, "another-secret-key-of-decent-length-0123456789"));
    }

    @ParameterizedTest
    @MethodSource("badCredentials")
    void aBadJwtOrApiKeyIsRefused(String credential) {
        for (String route : List.of("/queue", "/poll")) {
            assertRefused(Http.get(GATEWAY.port(), route, Http.bearer(credential)), "Invalid or expired credentials");
        }
        for (String route : List.of("/token", "/publish")) {
            assertRefused(
                    Http.post(GATEWAY.port(), route, "{}", Http.bearer(credential)), "Invalid or expired credentials");
        }
    }

    @Test
    void anSseTokenIsNoCredentialForWriting() {
        String token = Http.bearer(GATEWAY.token(RunningGateway.EVERYTHING));

        assertThat(Http.post(GATEWAY.port(), "/token", json("{'scope':'queue'}"), token)
                        .status())
                .isEqualTo(401);
        assertThat(Http.delete(GATEWAY.port(), "/token", json("{'token':'sse_a'}"), token)
                        .status())
                .isEqualTo(401);
        assertThat(Http.post(GATEWAY.port(), "/publish", "{}", token).status()).isEqualTo(401);
    }

    @Test
    void aQueryTokenIsNoCredentialForWriting() {
        String token = GATEWAY.token(RunningGateway.EVERYTHING);

        assertThat(Http.post(GATEWAY.port(), "/token?token=" + token, json("{'scope':'queue'}"))
                        .status())
                .isEqualTo(401);
        assertThat(Http.post(GATEWAY.port(), "/publish?token=" + token, "{}").status())
                .isEqualTo(401);
    }

    @Test
    void aJwtMayNotPublish() {
        Http.Answer answer = Http.post(
                GATEWAY.port(),
                "/publish",
                json("{'channel':'queue:updates','type':'t','data':{}}"),
                Http.bearer(Jwt.of("u-1")));

        assertThat(answer.status()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bearer", "BEARER", "Bearer  "})
    void theSchemeMayBeWrittenInAnyCase(String scheme) {
        assertThat(Http.get(GATEWAY.port(), "/poll", "Authorization: " + scheme + " " + RunningGateway.API_KEY)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void everyKindOfCredentialReadsStreams() {
        for (String credential : List.of(GATEWAY.token("queue"), Jwt.of("u-1"), RunningGateway.API_KEY)) {
            assertThat(Http.request(GATEWAY.port(), "HEAD", Http.EVENTS + "/queue", null, Http.bearer(credential))
                            .status())
                    .isEqualTo(200);
        }
    }

    private static void assertRefused(Http.Answer answer, String detail) {
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.json()).isEqualTo(Http.problem(401, detail));
    }
}
