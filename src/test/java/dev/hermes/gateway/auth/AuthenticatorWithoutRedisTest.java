package dev.hermes.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is answered while Redis is away, or there and of no help. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuthenticatorWithoutRedisTest {

    private static final AuthResult UNAVAILABLE = new AuthResult.Unavailable();

    private final TestClock clock = new TestClock(TestClock.START);
    private Vertx vertx;
    private RedisFixture redis;
    private Authenticator authenticator;

    @BeforeAll
    void start() throws IOException {
        vertx = Vertx.vertx();
        redis = new RedisFixture();
        authenticator = new Authenticator(
                new Authenticator.Keys(vertx, Jwts.settings("HS256", Jwts.KEY), clock),
                TokenStore.redis(redis, false, clock),
                null);
    }

    @AfterAll
    void stop() throws IOException {
        redis.close();
        vertx.close().await();
    }

    @BeforeEach
    void loseRedis() {
        redis.available(false);
    }

    @Test
    void neitherGrantsNorRefusesAToken() {
        assertThat(ask(null, "sse_some", AuthResult.Endpoint.EVENTS)).isEqualTo(UNAVAILABLE);
        assertThat(ask("Bearer sse_some", null, AuthResult.Endpoint.EVENTS)).isEqualTo(UNAVAILABLE);
    }

    @ParameterizedTest
    @EnumSource
    void servesNobodyWithAnApiKey(AuthResult.Endpoint door) {
        assertThat(ask("Bearer " + Jwts.API_KEY, null, door)).isEqualTo(UNAVAILABLE);
    }

    @ParameterizedTest
    @EnumSource(names = {"EVENTS", "TOKEN"})
    void servesNobodyWithAJwt(AuthResult.Endpoint door) {
        assertThat(ask("Bearer " + Jwts.good(), null, door)).isEqualTo(UNAVAILABLE);
    }

    @Test
    void stillSaysWhatNeedsNoRedis() {
        assertThat(ask(null, null, AuthResult.Endpoint.EVENTS)).isInstanceOf(AuthResult.Missing.class);
        assertThat(ask(null, "nonsense", AuthResult.Endpoint.EVENTS))
                .isEqualTo(new AuthResult.Denied("Invalid SSE token format"));
        assertThat(ask("Bearer nonsense", null, AuthResult.Endpoint.TOKEN))
                .isEqualTo(new AuthResult.Denied("Invalid or expired credentials"));
        assertThat(ask("Bearer " + Jwts.good(), null, AuthResult.Endpoint.PUBLISH))
                .isInstanceOf(AuthResult.Forbidden.class);
    }

    @Test
    void doesNotTakeAFailedLookupForARefusal() {
        redis.available(true);
        redis.ask(Command.HSET, "sse:token:sse_some", "not", "a string");

        assertThat(ask(null, "sse_some", AuthResult.Endpoint.EVENTS)).isEqualTo(UNAVAILABLE);
    }

    @Test
    void grantsAgainOnceRedisIsBack() {
        redis.available(true);
        redis.ask(Command.SETEX, "sse:token:sse_some2", "600", StoredTokenTest.OF_HERMES);

        assertThat(ask(null, "sse_some2", AuthResult.Endpoint.EVENTS)).isInstanceOf(AuthResult.Granted.class);
        assertThat(ask("Bearer " + Jwts.API_KEY, null, AuthResult.Endpoint.PUBLISH))
                .isInstanceOf(AuthResult.Granted.class);
    }

    private AuthResult ask(@Nullable String authorization, @Nullable String queryToken, AuthResult.Endpoint door) {
        return authenticator
                .authenticate(new AuthResult.PresentedCredentials(authorization, queryToken), door)
                .await();
    }
}
