package dev.hermes.gateway.auth;

import dev.hermes.gateway.config.Secret;
import dev.hermes.gateway.redis.RedisCommands;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The SSE tokens. Callable from any event loop, answers on the caller's. Every future here fails only when the store did
 * not answer; what was asked may then have happened or not.
 */
public interface TokenStore {

    /**
     * The tokens in Redis that Hermes and all gateways share.
     *
     * @param cluster whether keys may be on different nodes, so that no command may name several
     */
    static TokenStore redis(RedisCommands redis, boolean cluster, InstantSource clock) {
        return new RedisTokenStore(redis, cluster, clock);
    }

    /** Tokens of this process alone, gone with it, bounded; always available. */
    static TokenStore memory(InstantSource clock) {
        return new MemoryTokenStore(clock, System::nanoTime);
    }

    /** Whether it would answer now; may change before the next call. */
    boolean available();

    /** Looks a token up. A text that is no token is unknown, and is not asked for. */
    Future<TokenLookup> find(Secret token);

    /**
     * Makes a token.
     *
     * @param scope a text that {@link Scopes#valid} accepts; written as it is
     * @param userId whose it is, null for an API key's
     * @param ttl whole seconds, at least one
     */
    Future<Minted> mint(String scope, @Nullable String userId, Duration ttl);

    /**
     * Takes a token back, its streams end within their next check.
     *
     * @param onlyUserId if not null, only a token of that user
     * @return whether there was such a token
     */
    Future<Boolean> revoke(Secret token, @Nullable String onlyUserId);

    /** Where gateways tell each other which token was taken back. */
    String REVOKED_CHANNEL = Revocations.CHANNEL;

    /** A message on {@link #REVOKED_CHANNEL}. Any thread. */
    default void heardRevoked(String message) {}

    /** What has become of these tokens, in order, in one round trip. Unanswered, nothing may be concluded. */
    Future<List<TokenState>> states(List<SseToken> tokens);
}
