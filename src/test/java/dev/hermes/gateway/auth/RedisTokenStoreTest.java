package dev.hermes.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.redis.RedisCommands;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisTokenStoreTest extends TokenStoreContract {

    private static final Settings.Secret TOKEN = new Settings.Secret("sse_gV3EjXPaoiGFCPWZCL58OefMdUzN2DG8kwtqowCMlIQ");
    private static final String KEY = "sse:token:" + TOKEN.reveal();
    private static final String INGEST = "{hermes:events}:ingest";

    private RedisFixture redis;
    private TestClock clock;
    private TokenStore store;

    @BeforeAll
    void startRedis() throws IOException {
        redis = new RedisFixture();
    }

    @AfterAll
    void stopRedis() throws IOException {
        redis.close();
    }

    @BeforeEach
    void emptyRedis() {
        redis.available(true);
        redis.ask(Command.FLUSHALL);
        redis.ask(Command.HSET, INGEST, "identity", "log-1");
        clock = new TestClock(TestClock.START);
        store = TokenStore.redis(redis, false, clock);
    }

    @Override
    TokenStore store() {
        return store;
    }

    @Override
    TestClock clock() {
        return clock;
    }

    @Test
    void findsATokenOfHermes() {
        redis.ask(Command.SETEX, KEY, "600", StoredTokenTest.OF_HERMES);

        assertThat(found(TOKEN))
                .isEqualTo(new Credential.SseToken(
                        TOKEN, "queue", Instant.parse("2026-11-23T09:23:33.525090Z"), "u-1", "log-1"));
    }

    @Test
    void mintsATokenThatHermesReads() {
        TokenStore.IssuedToken minted = mint("queue", "u-1");
        String key = "sse:token:" + minted.token().reveal();

        assertThat(redis.ask(Command.GET, key)).isEqualTo(StoredTokenTest.OF_HERMES);
        assertThat(Integer.parseInt(redis.ask(Command.TTL, key))).isBetween(570, 600);
        assertThat(minted.expiresAtText()).isEqualTo("2026-11-23T09:23:33.525090+00:00");
    }

    @Test
    void doesNotKnowAStoredTextThatIsNoToken() {
        redis.ask(Command.SETEX, KEY, "600", "{\"scope\": \"queue\"}");

        assertThat(store.find(TOKEN).await()).isEqualTo(new TokenStore.Lookup.Unknown());
    }

    @Test
    void revokesByRemovingTheKey() {
        redis.ask(Command.SETEX, KEY, "600", StoredTokenTest.OF_HERMES);

        assertThat(store.revoke(TOKEN, "u-1").await()).isTrue();
        assertThat(redis.ask(Command.EXISTS, KEY)).isEqualTo("0");
    }

    @Test
    void doesNotHoldTokensForRevokedWhenRedisWasEmptied() {
        Credential.SseToken token = found(mint("queue", "u-1").token());
        redis.ask(Command.FLUSHALL);

        assertThat(store.states(List.of(token)).await()).containsExactly(TokenStore.State.VALID);
    }

    @Test
    void doesNotHoldTokensForRevokedWhenTheLogIsAnotherOne() {
        Credential.SseToken token = found(mint("queue", "u-1").token());
        redis.ask(Command.FLUSHALL);
        redis.ask(Command.HSET, INGEST, "identity", "log-2");

        assertThat(store.states(List.of(token)).await()).containsExactly(TokenStore.State.VALID);
    }

    @Test
    void doesNotHoldATokenForRevokedThatWasSeenBeforeTheLogHadAnIdentity() {
        redis.ask(Command.DEL, INGEST);
        Credential.SseToken token = found(mint("queue", "u-1").token());
        redis.ask(Command.DEL, "sse:token:" + token.token().reveal());

        assertThat(token.identity()).isNull();
        assertThat(store.states(List.of(token)).await()).containsExactly(TokenStore.State.VALID);
        redis.ask(Command.HSET, INGEST, "identity", "log-1");
        assertThat(store.states(List.of(token)).await()).containsExactly(TokenStore.State.VALID);
    }

    @Test
    void leavesAStreamWhoseKeyIsStillThereToItsOwnDeadlineWhateverTheWallClockSays() {
        Credential.SseToken token = found(mint("queue", "u-1").token());
        clock.advance(TTL);

        assertThat(store.states(List.of(token)).await()).containsExactly(TokenStore.State.VALID);
    }

    @Test
    void concludesNothingWithoutAnAnswer() {
        Credential.SseToken token = found(mint("queue", "u-1").token());
        redis.available(false);

        assertThat(store.available()).isFalse();
        assertUnanswered(store.find(token.token()));
        assertUnanswered(store.states(List.of(token)));
        assertUnanswered(store.revoke(token.token(), null));
        assertUnanswered(store.revoke(token.token(), "u-1"));
        assertUnanswered(store.mint("queue", "u-1", Duration.ofMinutes(1)));
    }

    @Test
    void concludesNothingFromARefusedCommand() {
        redis.ask(Command.HSET, KEY, "not", "a string");
        assertUnanswered(store.find(TOKEN));

        redis.ask(Command.DEL, KEY);
        Credential.SseToken token = found(mint("queue", "u-1").token());
        redis.ask(Command.SET, INGEST, "not a hash");
        assertUnanswered(store.states(List.of(token)));
    }

    @Test
    void concludesNothingFromAForbiddenCommand() {
        redis.ask(Command.create("ACL"), "SETUSER", "default", "-get", "-set", "-del");
        try {
            assertUnanswered(store.find(TOKEN));
            assertUnanswered(store.revoke(TOKEN, "u-1"));
            assertUnanswered(store.revoke(TOKEN, null));
            assertUnanswered(store.mint("queue", "u-1", TTL));
        } finally {
            redis.ask(Command.create("ACL"), "SETUSER", "default", "+@all");
        }
    }

    private static void assertUnanswered(Future<?> future) {
        assertThatThrownBy(future::await)
                .isInstanceOf(RedisCommands.UnavailableException.class)
                .hasMessageNotContaining("sse_")
                .hasNoCause();
    }
}
