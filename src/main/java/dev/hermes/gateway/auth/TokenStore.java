package dev.hermes.gateway.auth;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.protocol.PythonTime;
import dev.hermes.gateway.redis.RedisCommands;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stores the SSE tokens. Callable from any event loop; results arrive on the caller's. A future fails only if the
 * store did not answer; the operation may then have happened or not.
 */
public interface TokenStore {

    /**
     * The tokens in Redis, which Hermes and all gateways share.
     *
     * @param cluster whether keys may be on different nodes, so that no command may name several
     */
    static TokenStore redis(RedisCommands redis, boolean cluster, InstantSource clock) {
        return new RedisTokenStore(redis, cluster, clock);
    }

    /** Tokens in this process only, bounded and lost when it ends; always available. */
    static TokenStore memory(InstantSource clock) {
        return new MemoryTokenStore(clock, System::nanoTime);
    }

    /** Whether the store can answer right now; may change before the next call. */
    boolean available();

    /** Looks up a token. A text without the form of a token is unknown, without a request. */
    Future<Lookup> find(Settings.Secret token);

    /**
     * Creates a token.
     *
     * @param scope a text that {@link Scopes#valid} accepts; stored unchanged
     * @param userId the owner, or null if an API key asked for the token
     * @param ttl whole seconds, at least one
     */
    Future<IssuedToken> mint(String scope, @Nullable String userId, Duration ttl);

    /**
     * Revokes a token; its streams end at their next check.
     *
     * @param onlyUserId if not null, only a token of this user is revoked
     * @return whether there was such a token
     */
    Future<Boolean> revoke(Settings.Secret token, @Nullable String onlyUserId);

    /** A message on {@link dev.hermes.gateway.protocol.RedisNames#REVOKED_CHANNEL}. Any thread. */
    default void heardRevoked(String message) {}

    /**
     * The states of these tokens, in order, in one round trip. If the future fails, the caller must conclude nothing.
     */
    Future<List<State>> states(List<Credential.SseToken> tokens);

    /**
     * A newly created token.
     *
     * @param token its text, to be given only to the client that asked for it
     * @param scope the scope text as requested
     * @param permissions always {@code read}
     * @param ttl its lifetime
     * @param expiresAt when it expires, to the microsecond, as stored
     */
    public record IssuedToken(
            Settings.Secret token, String scope, List<String> permissions, Duration ttl, Instant expiresAt) {

        public IssuedToken {
            permissions = List.copyOf(permissions);
        }

        /** The expiry in Hermes' time format: {@code 2026-11-23T09:23:33.525090+00:00}. */
        public String expiresAtText() {
            return PythonTime.format(expiresAt);
        }
    }

    /** The state of a token while a stream uses it. */
    public enum State {
        /** Valid. Also if its key is gone together with the log's identity: an emptied Redis revokes nobody's token. */
        VALID,
        /** Revoked: gone more than a second before its expiry, although the log is still the same. */
        REVOKED,
        /** Expired, or gone within the last second before its expiry. */
        EXPIRED
    }

    /** The result of a look-up. A store that does not answer is a failed future instead. */
    public sealed interface Lookup {

        /** The token exists and is valid. */
        record Found(Credential.SseToken token) implements Lookup {}

        /** The token does not exist, or its stored value cannot be read. */
        record Unknown() implements Lookup {}

        /** The token exists, but has expired. */
        record Expired() implements Lookup {}
    }
}
