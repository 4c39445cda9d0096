package dev.hermes.gateway.auth;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One of the configured API keys; which one is not kept. Sees every channel, never ends, belongs to no user. */
public record ApiKeyCredential() implements Credential {

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
