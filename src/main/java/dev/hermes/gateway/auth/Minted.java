package dev.hermes.gateway.auth;

import dev.hermes.gateway.config.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A token just made.
 *
 * @param token its text, for the one who asked and nobody else
 * @param scope the scope text as asked for
 * @param permissions always {@code read}
 * @param ttl how long it lives
 * @param expiresAt its end, to the microsecond, as stored
 */
public record Minted(Secret token, String scope, List<String> permissions, Duration ttl, Instant expiresAt) {

    public Minted {
        permissions = List.copyOf(permissions);
    }

    /** The end as Hermes writes times: {@code 2026-11-23T09:23:33.525090+00:00}. */
    public String expiresAtText() {
        return PythonTime.format(expiresAt);
    }
}
