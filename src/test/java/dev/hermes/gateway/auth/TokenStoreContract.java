package dev.hermes.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.Channel.ScopeRule;
import dev.hermes.gateway.config.Settings;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What both stores must do. */
abstract class TokenStoreContract {

    static final Duration TTL = Duration.ofMinutes(10);

    abstract TokenStore store();

    abstract TestClock clock();

    @Test
    void findsATokenItMinted() {
        TokenStore.IssuedToken minted = mint("queue download:a", "u-1");

        Credential.SseToken found = found(minted.token());

        assertThat(found.token()).isEqualTo(minted.token());
        assertThat(found.userId()).isEqualTo("u-1");
        assertThat(found.expiresAt()).isEqualTo(minted.expiresAt());
        assertThat(found.scopes().allows(new ScopeRule("queue", false))).isTrue();
        assertThat(found.scopes().keysFor(new ScopeRule("download", true))).containsExactly("a");
    }

    @Test
    void mintsThirtyTwoRandomBytesThatEndAfterTheTtl() {
        TokenStore.IssuedToken minted = mint("queue", "u-1");

        assertThat(minted.token().reveal()).matches("sse_[A-Za-z0-9_-]{43}");
        assertThat(minted.token()).isNotEqualTo(mint("queue", "u-1").token());
        assertThat(minted.permissions()).containsExactly("read");
        assertThat(minted.ttl()).isEqualTo(TTL);
        assertThat(Duration.between(clock().instant(), minted.expiresAt()).plusNanos(1_000))
                .isBetween(TTL, TTL.plusNanos(1_000));
    }

    @Test
    void findsATokenOfNobody() {
        assertThat(found(mint("queue", null).token()).userId()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sse_unknown", "sse_", "", "eyJ", "sse_a b", "sse_é"})
    void doesNotKnowOtherTexts(String text) {
        assertThat(store().find(new Settings.Secret(text)).await()).isEqualTo(new TokenStore.Lookup.Unknown());
        assertThat(store().revoke(new Settings.Secret(text), null).await()).isFalse();
    }

    @Test
    void saysThatATokenIsPastItsEnd() {
        TokenStore.IssuedToken minted = mint("queue", "u-1");
        clock().advance(TTL);

        assertThat(store().find(minted.token()).await()).isEqualTo(new TokenStore.Lookup.Expired());
    }

    @Test
    void doesNotKnowARevokedToken() {
        TokenStore.IssuedToken minted = mint("queue", "u-1");

        assertThat(store().revoke(minted.token(), null).await()).isTrue();
        assertThat(store().find(minted.token()).await()).isEqualTo(new TokenStore.Lookup.Unknown());
        assertThat(store().revoke(minted.token(), null).await()).isFalse();
    }

    @Test
    void letsAUserRevokeTheirOwnToken() {
        TokenStore.IssuedToken minted = mint("queue", "u-1");

        assertThat(store().revoke(minted.token(), "u-1").await()).isTrue();
        assertThat(store().find(minted.token()).await()).isEqualTo(new TokenStore.Lookup.Unknown());
    }

    @Test
    void doesNotLetAUserRevokeTokensOfOthers() {
        TokenStore.IssuedToken others = mint("queue", "u-2");
        TokenStore.IssuedToken nobodys = mint("queue", null);

        assertThat(store().revoke(others.token(), "u-1").await()).isFalse();
        assertThat(store().revoke(nobodys.token(), "u-1").await()).isFalse();
        assertThat(store().find(others.token()).await()).isInstanceOf(TokenStore.Lookup.Found.class);
        assertThat(store().find(nobodys.token()).await()).isInstanceOf(TokenStore.Lookup.Found.class);
    }

    @Test
    void tellsTheStatesOfSeveralTokensInOrder() {
        Credential.SseToken kept = found(mint("queue", "u-1").token());
        Credential.SseToken revoked = found(mint("queue", "u-1").token());
        Credential.SseToken ended = new Credential.SseToken(
                new Settings.Secret("sse_ended"), kept.scope(), clock().instant(), null, kept.identity());
        store().revoke(revoked.token(), null).await();

        assertThat(store().states(List.of(kept, revoked, ended)).await())
                .containsExactly(TokenStore.State.VALID, TokenStore.State.REVOKED, TokenStore.State.EXPIRED);
        assertThat(store().states(List.of()).await()).isEmpty();
    }

    @Test
    void holdsATokenThatIsGoneWithinItsLastSecondForExpired() {
        Credential.SseToken token = found(mint("queue", "u-1").token());
        store().revoke(token.token(), null).await();

        clock().advance(TTL.minusSeconds(1).minusMillis(1));
        assertThat(store().states(List.of(token)).await()).containsExactly(TokenStore.State.REVOKED);
        clock().advance(Duration.ofMillis(1));
        assertThat(store().states(List.of(token)).await()).containsExactly(TokenStore.State.EXPIRED);
        clock().advance(Duration.ofHours(1));
        assertThat(store().states(List.of(token)).await()).containsExactly(TokenStore.State.EXPIRED);
    }

    @Test
    void printsNoToken() {
        TokenStore.IssuedToken minted = mint("queue", "u-1");

        assertThat(minted.toString() + found(minted.token())).doesNotContain("sse_");
    }

    final TokenStore.IssuedToken mint(String scope, @Nullable String userId) {
        return store().mint(scope, userId, TTL).await();
    }

    final Credential.SseToken found(Settings.Secret token) {
        TokenStore.Lookup lookup = store().find(token).await();
        assertThat(lookup).isInstanceOf(TokenStore.Lookup.Found.class);
        return ((TokenStore.Lookup.Found) lookup).token();
    }
}
