package dev.hermes.gateway.auth;

import dev.hermes.gateway.config.Secret;
import dev.hermes.gateway.protocol.PythonTime;
import dev.hermes.gateway.redis.RedisCommands;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
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
    Future<Lookup> find(Secret token);

    /**
     * Makes a token.
     *
     * @param scope a text that {@link Scopes#valid} accepts; written as it is
     * @param userId whose it is, null for an API key's
     * @param ttl whole seconds, at least one
     */
    Future<IssuedToken> mint(String scope, @Nullable String userId, Duration ttl);

    /**
     * Takes a token back, its streams end within their next check.
     *
     * @param onlyUserId if not null, only a token of that user
     * @return whether there was such a token
     */
    Future<Boolean> revoke(Secret token, @Nullable String onlyUserId);

    /** A message on {@link dev.hermes.gateway.protocol.RedisNames#REVOKED_CHANNEL}. Any thread. */
    default void heardRevoked(String message) {}

    /** What has become of these tokens, in order, in one round trip. Unanswered, nothing may be concluded. */
    Future<List<State>> states(List<Credential.SseToken> tokens);

    /**
     * A token just made.
     *
     * @param token its text, for the one who asked and nobody else
     * @param scope the scope text as asked for
     * @param permissions always {@code read}
     * @param ttl how long it lives
     * @param expiresAt its end, to the microsecond, as stored
     */
    public record IssuedToken(Secret token, String scope, List<String> permissions, Duration ttl, Instant expiresAt) {

        public IssuedToken {
            permissions = List.copyOf(permissions);
        }

        /** The end as Hermes writes times: {@code 2026-11-23T09:23:33.525090+00:00}. */
        public String expiresAtText() {
            return PythonTime.format(expiresAt);
        }
    }

    /** What has become of a token while a stream lived on it. */
    public enum State {
        /** Goes on. Also when the key is gone with the log's identity: an emptied Redis revokes nobody. */
        VALID,
        /** Taken back: gone more than a second before its end, although the log is still the same. */
        REVOKED,
        /** At its end, or gone within the last second before it. */
        EXPIRED
    }

    /** What the store knows of a token. That it did not answer is not among it: that is a failed future. */
    public sealed interface Lookup {

        /** It is there and good. */
        record Found(Credential.SseToken token) implements Lookup {}

        /** It is not there, or what is stored cannot be read as a token. */
        record Unknown() implements Lookup {}

        /** It is there, but past its end. */
        record Expired() implements Lookup {}
    }
}
