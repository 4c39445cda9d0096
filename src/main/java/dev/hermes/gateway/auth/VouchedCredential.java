package dev.hermes.gateway.auth;

import dev.hermes.gateway.config.Secret;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A JWT, or an API key of Hermes' own, that Hermes vouches for, and about which it is asked again while a stream lasts. Sees
 * every channel.
 *
 * @param presented what it is asked about with
 * @param userId whose it is, or null where Hermes does not tell
 * @param expiresAt a JWT's {@code exp}, null for an API key
 */
public record VouchedCredential(
        Secret presented, @Nullable String userId, @Nullable Instant expiresAt) implements Credential {

    @Override
    public Scopes scopes() {
        return Scopes.everything();
    }
}
