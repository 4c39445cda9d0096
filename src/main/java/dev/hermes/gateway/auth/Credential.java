package dev.hermes.gateway.auth;

import dev.hermes.gateway.config.Secret;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A credential that was found good. Immutable; prints no secret. */
public sealed interface Credential {

    /** What it may see. */
    Scopes scopes();

    /** When it, and every stream opened with it, ends; null for never. */
    @Nullable
    Instant expiresAt();

    /** Whose it is, or null when it belongs to nobody in particular. */
    @Nullable
    String userId();

    /**
     * A JWT, or an API key of Hermes' own, that Hermes vouches for, and about which it is asked again while a stream lasts. Sees
     * every channel.
     *
     * @param presented what it is asked about with
     * @param userId whose it is, or null where Hermes does not tell
     * @param expiresAt a JWT's {@code exp}, null for an API key
     */
    public record Vouched(
            Secret presented,
            @Nullable String userId,
            @Nullable Instant expiresAt) implements Credential {

        @Override
        public Scopes scopes() {
            return Scopes.everything();
        }
    }

    /**
     * A short-lived token of the store, as it stood when it was looked up.
     *
     * @param token its text, to ask for its {@link TokenStore.State} later
     * @param scopes what its scope text grants
     * @param expiresAt always set: there are no tokens without an end
     * @param userId {@code user_id} as stored, or null
     * @param identity the log's identity read together with the token, or null when there was none (always so for tokens in
     *     memory). Without it a vanished key cannot be told from an emptied Redis
     */
    public record SseToken(
            Secret token,
            Scopes scopes,
            Instant expiresAt,
            @Nullable String userId,
            @Nullable String identity) implements Credential {}

    /**
     * A signed-in user's JWT. Sees every channel.
     *
     * @param userId its {@code user_id}
     * @param expiresAt its {@code exp}
     */
    public record Jwt(String userId, Instant expiresAt) implements Credential {

        @Override
        public Scopes scopes() {
            return Scopes.everything();
        }
    }

    /** One of the configured API keys; which one is not kept. Sees every channel, never ends, belongs to no user. */
    public record ApiKey() implements Credential {

        @Override
        public Scopes scopes() {
            return Scopes.everything();
        }

        @Override
        public @Nullable Instant expiresAt() {
            return null;
        }

        @Override
        public @Nullable String userId() {
            return null;
        }
    }
}
