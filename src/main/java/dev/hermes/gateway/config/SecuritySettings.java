package dev.hermes.gateway.config;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whom the gateway believes.
 *
 * @param secretKey {@code HERMES_SECRET_KEY}; production refuses to start without one, an embedded gateway then takes no
 *     JWT
 * @param algorithm {@code HERMES_ALGORITHM}: HS256, HS384 or HS512
 * @param apiKeys {@code HERMES_API_KEYS}
 * @param failedCredentialsPerMinute {@code HERMES_RATE_LIMIT_PER_MINUTE}, per address
 * @param trustedProxies {@code HERMES_TRUSTED_PROXIES}
 * @param identityUrl {@code HERMES_IDENTITY_URL}, or null: nobody is asked about Hermes' credentials
 */
public record SecuritySettings(
        @Nullable Secret secretKey,
        String algorithm,
        List<Secret> apiKeys,
        int failedCredentialsPerMinute,
        List<AddressBlock> trustedProxies,
        @Nullable URI identityUrl) {}
