package dev.hermes.gateway.auth;

import dev.hermes.gateway.config.Secret;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A short-lived token of the store, as it stood when it was looked up.
 *
 * @param token its text, to ask for its {@link TokenState} later
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
