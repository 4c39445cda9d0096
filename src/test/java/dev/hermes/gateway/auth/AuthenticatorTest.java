package dev.hermes.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.Channel.ScopeRule;
import dev.hermes.gateway.config.Settings;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticatorTest {

    private static final AuthResult BAD_FORM = new AuthResult.Denied("Invalid SSE token format");
    private static final AuthResult BAD_CREDENTIALS = new AuthResult.Denied("Invalid or expired credentials");
    private static final AuthResult API_KEY = new AuthResult.Granted(new Credential.ApiKey());

    private final TestClock clock = new TestClock(TestClock.START);
    private final TokenStore tokens = TokenStore.memory(clock);
    private final Vertx vertx = Vertx.vertx();
    private final Authenticator authenticator =
            new Authenticator(new Authenticator.Keys(vertx, Jwts.settings("HS256", Jwts.KEY), clock), tokens, null);

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    @Test
    void asksForATokenWhereNothingWasPresented() {
        assertThat(ask(null, null, AuthResult.Endpoint.EVENTS)).isEqualTo(new AuthResult.Missing("SSE token required"));
        assertThat(ask(null, null, AuthResult.Endpoint.TOKEN))
                .isEqualTo(new AuthResult.Missing("Authorization required"));
        assertThat(ask(null, null, AuthResult.Endpoint.PUBLISH))
                .isEqualTo(new AuthResult.Missing("Authorization required"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Basic dTpw", "Bearer", "Bearer ", "Bearer   ", "Bearersse_x", "Digest Bearer x"})
    void holdsOtherSchemesForNoCredential(String authorization) {
        assertThat(ask(authorization, null, AuthResult.Endpoint.EVENTS)).isInstanceOf(AuthResult.Missing.class);
        assertThat(ask(authorization, null, AuthResult.Endpoint.PUBLISH)).isInstanceOf(AuthResult.Missing.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer ", "bearer ", "BEARER ", "bEaReR   "})
    void comparesTheSchemeWithoutCase(String scheme) {
        assertThat(ask(scheme + Jwts.API_KEY, null, AuthResult.Endpoint.PUBLISH))
                .isEqualTo(API_KEY);
    }

    @Test
    void acceptsATokenInTheQuery() {
        assertThat(granted(ask(null, mint("queue"), AuthResult.Endpoint.EVENTS)).userId())
                .isEqualTo("u-1");
    }

    @Test
    void acceptsATokenAsBearer() {
        Credential credential = granted(ask("Bearer " + mint("queue"), null, AuthResult.Endpoint.EVENTS));

        assertThat(credential).isInstanceOf(Credential.SseToken.class);
        assertThat(credential.scopes().allows(new ScopeRule("queue", false))).isTrue();
        assertThat(credential.scopes().allows(new ScopeRule("stats", false))).isFalse();
    }

    @Test
    void prefersTheBearerToTheQuery() {
        String queue = mint("queue");
        String stats = mint("stats");

        assertThat(granted(ask("Bearer " + queue, stats, AuthResult.Endpoint.EVENTS))
                        .scopes())
                .isEqualTo(Scopes.of("queue"));
        assertThat(ask("Bearer " + Jwts.API_KEY, stats, AuthResult.Endpoint.EVENTS))
                .isEqualTo(API_KEY);
        assertThat(ask("Bearer nonsense", stats, AuthResult.Endpoint.EVENTS)).isEqualTo(BAD_CREDENTIALS);
        assertThat(granted(ask("Basic dTpw", stats, AuthResult.Endpoint.EVENTS)).scopes())
                .isEqualTo(Scopes.of("stats"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sse_",
                "sse_a b",
                "sse_a*",
                "sse_é",
                "sse_a\n",
                "SSE_abc",
                "hermes_api_key_1",
                "another-key",
                "abc"
            })
    void refusesAMalformedQueryToken(String queryToken) {
        assertThat(ask(null, queryToken, AuthResult.Endpoint.EVENTS)).isEqualTo(BAD_FORM);
        assertThat(ask("Bearer " + Jwts.API_KEY, queryToken, AuthResult.Endpoint.EVENTS))
                .isEqualTo(BAD_FORM);
    }

    @Test
    void refusesAJwtInTheQuery() {
        assertThat(ask(null, Jwts.good(), AuthResult.Endpoint.EVENTS)).isEqualTo(BAD_FORM);
    }

    @Test
    void refusesAnOverlongToken() {
        assertThat(ask(null, "sse_" + "a".repeat(129), AuthResult.Endpoint.EVENTS))
                .isEqualTo(BAD_FORM);
        assertThat(ask("Bearer sse_" + "a".repeat(129), null, AuthResult.Endpoint.EVENTS))
                .isEqualTo(BAD_FORM);
        assertThat(ask(null, "sse_" + "a".repeat(128), AuthResult.Endpoint.EVENTS))
                .isEqualTo(new AuthResult.Denied("Invalid or expired SSE token"));
    }

    @Test
    void refusesAnUnknownToken() {
        assertThat(ask(null, "sse_unknown", AuthResult.Endpoint.EVENTS))
                .isEqualTo(new AuthResult.Denied("Invalid or expired SSE token"));
    }

    @Test
    void refusesAnExpiredToken() {
        String token = mint("queue");
        clock.advance(TokenStoreContract.TTL);

        assertThat(ask(null, token, AuthResult.Endpoint.EVENTS)).isEqualTo(new AuthResult.Denied("SSE token expired"));
    }

    @ParameterizedTest
    @EnumSource(names = {"TOKEN", "PUBLISH"})
    void takesTokensForEventsOnly(AuthResult.Endpoint door) {
        String token = mint("queue");

        assertThat(ask("Bearer " + token, null, door)).isEqualTo(BAD_CREDENTIALS);
        assertThat(ask(null, token, door)).isEqualTo(new AuthResult.Missing("Authorization required"));
    }

    @ParameterizedTest
    @EnumSource
    void acceptsApiKeysAtEveryDoor(AuthResult.Endpoint door) {
        assertThat(ask("Bearer " + Jwts.API_KEY, null, door)).isEqualTo(API_KEY);
        assertThat(ask("Bearer another-key", null, door)).isEqualTo(API_KEY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"hermes_api_key_", "hermes_api_key_11", "Hermes_api_key_1", "another-key,hermes_api_key_1", "***"
            })
    void refusesTextsThatAreNearlyAnApiKey(String text) {
        assertThat(ask("Bearer " + text, null, AuthResult.Endpoint.PUBLISH)).isEqualTo(BAD_CREDENTIALS);
    }

    @ParameterizedTest
    @EnumSource(names = {"EVENTS", "TOKEN"})
    void acceptsAJwt(AuthResult.Endpoint door) {
        Credential credential = granted(ask("Bearer " + Jwts.good(), null, door));

        assertThat(credential.userId()).isEqualTo("u-1");
        assertThat(credential.expiresAt()).isNotNull();
        assertThat(credential.scopes()).isEqualTo(Scopes.everything());
    }

    @Test
    void doesNotLetAJwtPublish() {
        assertThat(ask("Bearer " + Jwts.good(), null, AuthResult.Endpoint.PUBLISH))
                .isEqualTo(new AuthResult.Forbidden("API key required"));
    }

    @Test
    void refusesABadJwt() {
        assertThat(ask("Bearer " + Jwts.good() + "x", null, AuthResult.Endpoint.EVENTS))
                .isEqualTo(BAD_CREDENTIALS);
        clock.advance(Duration.ofMinutes(11));
        assertThat(ask("Bearer " + Jwts.good(), null, AuthResult.Endpoint.EVENTS))
                .isEqualTo(BAD_CREDENTIALS);
        assertThat(ask("Bearer " + Jwts.good(), null, AuthResult.Endpoint.PUBLISH))
                .isEqualTo(BAD_CREDENTIALS);
    }

    @Test
    void acceptsNothingWhereNothingIsConfigured() {
        Authenticator bare = new Authenticator(
                new Authenticator.Keys(
                        vertx, new Settings.Security(null, "HS256", List.of(), 60, List.of(), null), clock),
                tokens,
                null);

        assertThat(bare.authenticate(
                                new AuthResult.PresentedCredentials("Bearer " + Jwts.good(), null),
                                AuthResult.Endpoint.EVENTS)
                        .await())
                .isEqualTo(BAD_CREDENTIALS);
    }

    @Test
    void printsNothingThatWasPresented() {
        AuthResult.PresentedCredentials presented =
                new AuthResult.PresentedCredentials("Bearer " + Jwts.API_KEY, "sse_secret");

        assertThat(presented.toString()).doesNotContain(Jwts.API_KEY, "secret");
    }

    private AuthResult ask(@Nullable String authorization, @Nullable String queryToken, AuthResult.Endpoint door) {
        return authenticator
                .authenticate(new AuthResult.PresentedCredentials(authorization, queryToken), door)
                .await();
    }

    private String mint(String scope) {
        Settings.Secret token =
                tokens.mint(scope, "u-1", TokenStoreContract.TTL).await().token();
        return token.reveal();
    }

    private static Credential granted(AuthResult result) {
        assertThat(result).isInstanceOf(AuthResult.Granted.class);
        return ((AuthResult.Granted) result).credential();
    }
}
