package dev.hermes.gateway.auth;

import java.time.Instant;

/**
 * A signed-in user's JWT. Sees every channel.
 *
 * @param userId its {@code user_id}
 * @param expiresAt its {@code exp}
 */
public record JwtCredential(String userId, Instant expiresAt) implements Credential {

    @Override
    public Scopes scopes() {
        return Scopes.everything();
    }
}
