package dev.hermes.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.Settings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryTokenStoreTest extends TokenStoreContract {

    private final TestClock clock = new TestClock(TestClock.START);
    private final MemoryTokenStore store = new MemoryTokenStore(clock, clock::nanos);

    @Override
    TokenStore store() {
        return store;
    }

    @Override
    TestClock clock() {
        return clock;
    }

    @Test
    void isAlwaysAvailable() {
        assertThat(store.available()).isTrue();
    }

    @Test
    void forgetsTokensAfterTheirEnd() {
        TokenStore.IssuedToken minted = mint("queue", "u-1");
        clock.advance(TTL.plus(Duration.ofMinutes(2)));

        assertThat(store.find(minted.token()).await()).isEqualTo(new TokenStore.Lookup.Unknown());
    }

    @Test
    void doesNotHoldAForgottenTokenForRevoked() {
        Credential.SseToken forgotten = new Credential.SseToken(
                new Settings.Secret("sse_forgotten"), "queue", clock.instant().plus(TTL), null, null);

        assertThat(store.states(List.of(forgotten)).await()).containsExactly(TokenStore.State.VALID);
    }

    @Test
    void holdsNoMoreTokensThanItsBound() {
        for (int i = 0; i < MemoryTokenStore.MAX_TOKENS + 1_000; i++) {
            mint("queue", null);
        }

        assertThat(store.size()).isLessThanOrEqualTo(MemoryTokenStore.MAX_TOKENS);
    }
}
