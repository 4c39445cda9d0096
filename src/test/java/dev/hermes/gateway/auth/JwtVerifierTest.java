package dev.hermes.gateway.auth;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.Jwt;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JwtVerifierTest {

    private static final Instant END = Instant.ofEpochSecond(TestClock.START.getEpochSecond() + 600);

    private final TestClock clock = new TestClock(TestClock.START);
    private Vertx vertx;
    private JwtVerifier verifier;

    @BeforeAll
    void start() {
        vertx = Vertx.vertx();
        verifier = verifier("HS256", Jwts.KEY);
    }

    @AfterAll
    void stop() {
        vertx.close().await();
    }

    @Test
    void acceptsATokenOfTheBackend() {
        assertThat(verifier.verify(Jwts.good())).isEqualTo(new Credential.Jwt("u-1", END));
    }

    @ParameterizedTest
    @ValueSource(strings = {"HS256", "HS384", "HS512"})
    void acceptsTheConfiguredAlgorithmAndNoOther(String algorithm) {
        for (String configured : List.of("HS256", "HS384", "HS512")) {
            Credential.Jwt credential = verifier(configured, Jwts.KEY)
                    .verify(Jwts.signed(algorithm, Jwts.claims().encode()));

            assertThat(credential != null).isEqualTo(configured.equals(algorithm));
        }
    }

    @Test
    void acceptsOneAudienceAsAString() {
        assertThat(verify(Jwts.claims().put("aud", "hermes-app"))).isNotNull();
        assertThat(verify(Jwts.claims().put("aud", "hermes-api"))).isNotNull();
        assertThat(verify(Jwts.claims().put("aud", new JsonArray().add("x").add("hermes-api"))))
                .isNotNull();
    }

    @Test
    void acceptsAnEndWithAFractionOfASecond() {
        Credential.Jwt credential = verify(Jwts.claims().put("exp", END.getEpochSecond() + 0.5));

        assertThat(credential).isEqualTo(new Credential.Jwt("u-1", END.plusMillis(500)));
    }

    @Test
    void acceptsAUserIdThatIsANumber() {
        assertThat(verify(Jwts.claims().put("user_id", 17))).isEqualTo(new Credential.Jwt("17", END));
    }

    @Test
    void acceptsAClockThatIsALittleAhead() {
        long ahead = TestClock.START.plus(Duration.ofSeconds(20)).getEpochSecond();

        assertThat(verify(Jwts.claims().put("nbf", ahead).put("iat", ahead))).isNotNull();
    }

    @Test
    void refusesATokenFromItsEndOn() {
        TestClock later = new TestClock(END.minusMillis(1));
        JwtVerifier verifierLater = new JwtVerifier(vertx, Jwts.settings("HS256", Jwts.KEY), later);

        assertThat(verifierLater.verify(Jwts.good())).isNotNull();
        later.advance(Duration.ofMillis(1));
        assertThat(verifierLater.verify(Jwts.good())).isNull();
    }

    static List<JsonObject> wrongClaims() {
        long now = TestClock.START.getEpochSecond();
        return List.of(
                without("exp"),
                without("iss"),
                without("aud"),
                without("type"),
                without("sub"),
                without("user_id"),
                new JsonObject(),
                Jwts.claims().put("exp", now),
                Jwts.claims().put("exp", -1),
                Jwts.claims().put("exp", "" + (now + 600)),
                Jwts.claims().putNull("exp"),
                Jwts.claims().put("exp", true),
                Jwts.claims().put("exp", new JsonObject()),
                Jwts.claims().put("exp", 1e300),
                Jwts.claims().put("exp", Long.MAX_VALUE),
                Jwts.claims().put("exp", now * 1_000),
                Jwts.claims().put("nbf", now + 60),
                Jwts.claims().put("nbf", "soon"),
                Jwts.claims().put("iss", "hermes"),
                Jwts.claims().put("iss", 1),
                Jwts.claims().put("iss", new JsonArray().add("hermes-api")),
                Jwts.claims().put("aud", "hermes"),
                Jwts.claims().put("aud", new JsonArray()),
                Jwts.claims().put("aud", 1),
                Jwts.claims().put("aud", new JsonObject().put("hermes-app", true)),
                Jwts.claims().put("aud", new JsonArray().add(1).addNull()),
                Jwts.claims().put("type", "refresh"),
                Jwts.claims().put("type", new JsonArray().add("access")),
                Jwts.claims().putNull("sub"),
                Jwts.claims().put("sub", ""),
                Jwts.claims().putNull("user_id"),
                Jwts.claims().put("user_id", " "),
                Jwts.claims().put("user_id", new JsonObject()));
    }

    @ParameterizedTest
    @MethodSource("wrongClaims")
    void refusesWrongClaims(JsonObject claims) {
        assertThat(verify(claims)).isNull();
    }

    static List<String> forgeries() {
        String claims = Jwts.claims().encode();
        String none = Jwt.part(json("{'alg':'none'}")) + "." + Jwt.part(claims);
        String good = Jwts.good();
        String content = good.substring(0, good.lastIndexOf('.'));
        return List.of(
                none,
                none + ".",
                none + ".AAAA",
                Jwt.part(json("{'alg':'NONE'}")) + "." + Jwt.part(claims) + ".",
                Jwts.signed(json("{'alg':'none'}"), "HS256", claims),
                Jwts.signed(json("{'alg':'RS256'}"), "HS256", claims),
                Jwts.signed(json("{'alg':'hs256'}"), "HS256", claims),
                Jwts.signed(json("{'alg':7}"), "HS256", claims),
                Jwts.signed(json("{'alg':null}"), "HS256", claims),
                Jwts.signed("{}", "HS256", claims),
                Jwts.signed("[]", "HS256", claims),
                Jwts.signed(json("{'alg':'HS256'}"), "HS256", "[]"),
                Jwts.signed(json("{'alg':'HS256'}"), "HS256", "no json"),
                Jwts.signed(json("{'alg':'HS256'}"), "HS256", json("{'exp':").repeat(300)),
                Jwts.signed(json("{'alg':'HS256'}"), "HS256", "[".repeat(3_000)),
                content,
                content + ".",
                content + ".AAAA",
                content + "." + "!".repeat(43),
                good + ".x",
                good.substring(0, good.length() - 2),
                Jwt.part(json("{'alg':'HS256'}")) + "." + Jwt.part(claims.replace("u-1", "u-2"))
                        + good.substring(good.lastIndexOf('.')));
    }

    @ParameterizedTest
    @MethodSource("forgeries")
    void refusesForgeries(String text) {
        assertThat(verifier.verify(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "...", " ", "a.b.c", "eyJ", "\u0000", "é.é.é", "💣", "sse_x", "%%%.%%%.%%%"})
    void refusesGarbage(String text) {
        assertThat(verifier.verify(text)).isNull();
    }

    @Test
    void refusesAHugeTokenEvenIfSigned() {
        String padding = "x".repeat(JwtVerifier.MAX_LENGTH);

        assertThat(verify(Jwts.claims().put("padding", padding))).isNull();
        assertThat(verify(Jwts.claims().put("padding", padding.substring(JwtVerifier.MAX_LENGTH / 2))))
                .isNotNull();
    }

    @Test
    void refusesATokenSignedWithAnotherKey() {
        assertThat(verifier("HS256", Jwts.KEY + "x").verify(Jwts.good())).isNull();
    }

    @Test
    void refusesEveryTokenWithoutASecretKey() {
        assertThat(verifier("HS256", null).verify(Jwts.good())).isNull();
        assertThat(verifier("HS256", "").verify(Jwts.good())).isNull();
    }

    @Test
    void judgesFromSeveralThreadsAtOnce() {
        List<CompletableFuture<Boolean>> verdicts = IntStream.range(0, 200)
                .mapToObj(i ->
                        CompletableFuture.supplyAsync(() -> verify(Jwts.claims().put("user_id", "u-" + i)) != null))
                .toList();

        assertThat(verdicts).allMatch(CompletableFuture::join);
    }

    private Credential.@Nullable Jwt verify(JsonObject claims) {
        return verifier.verify(Jwts.signed(claims));
    }

    private JwtVerifier verifier(String algorithm, @Nullable String key) {
        return new JwtVerifier(vertx, Jwts.settings(algorithm, key), clock);
    }

    private static JsonObject without(String claim) {
        JsonObject claims = Jwts.claims();
        claims.remove(claim);
        return claims;
    }
}
