package dev.hermes.gateway.auth;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A credential that was found good. Immutable; prints no secret. */
public sealed interface Credential permits SseToken, JwtCredential, ApiKeyCredential, VouchedCredential {

    /** What it may see. */
    Scopes scopes();

    /** When it, and every stream opened with it, ends; null for never. */
    @Nullable
    Instant expiresAt();

    /** Whose it is, or null when it belongs to nobody in particular. */
    @Nullable
    String userId();
}
