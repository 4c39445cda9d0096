package dev.hermes.gateway.auth;

import dev.hermes.gateway.config.Settings;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A valid credential. Immutable; never prints a secret. */
public sealed interface Credential {

    /** The channels and keys that the credential may see. */
    Scopes scopes();

    /** When the credential, and every stream opened with it, ends; null for never. */
    @Nullable
    Instant expiresAt();

    /** The user to whom the credential belongs, or null if it belongs to no single user. */
    @Nullable
    String userId();

    /**
     * A JWT, or an API key issued by Hermes, that Hermes has confirmed; Hermes is asked again while a stream lasts.
     * Sees every channel.
     *
     * @param presented the text to ask Hermes with
     * @param userId the owner, or null if Hermes does not name one
     * @param expiresAt a JWT's {@code exp}, null for an API key
     */
    public record Vouched(
            Settings.Secret presented,
            @Nullable String userId,
            @Nullable Instant expiresAt) implements Credential {

        @Override
        public Scopes scopes() {
            return Scopes.everything();
        }
    }

    /**
     * A short-lived token of the store, as it was when it was looked up.
     *
     * @param token its text, for asking about its {@link TokenStore.State} later
     * @param scope its scope text as stored: every open stream keeps its credential, and the text is smaller than the parsed
     *     scopes
     * @param expiresAt always set: every token expires
     * @param userId {@code user_id} as stored, or null
     * @param identity the log's identity read together with the token, or null if there was none (always null for
     *     tokens in memory). Without it a deleted key cannot be told from an emptied Redis
     */
    public record SseToken(
            Settings.Secret token,
            String scope,
            Instant expiresAt,
            @Nullable String userId,
            @Nullable String identity) implements Credential {

        /** Parsed at each call. */
        @Override
        public Scopes scopes() {
            return Scopes.of(scope);
        }
    }

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

    /**
     * One of the configured API keys; which one is not recorded. Sees every channel, never expires, belongs to no
     * user.
     */
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
