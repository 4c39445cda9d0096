package dev.hermes.gateway.auth;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.protocol.PythonTime;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Verifies JWTs with exactly one key and one algorithm. Thread-safe (the library serialises the HMAC, which takes
 * some microseconds); never throws, never waits.
 */
final class JwtVerifier {

    /** An ordinary JWT has 300 to 600 characters; a longer one than this is denied before any of it is decoded. */
    static final int MAX_LENGTH = 8 * 1024;

    /** The tolerance for {@code nbf} only, as RFC 7519 §4.1.5 allows: the backend's clock may be ahead of ours. */
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

    /** The form of RFC 7515 §2: base64url without padding or white space, both of which the library would accept. */
    private static final Pattern COMPACT = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

    private final @Nullable JWTAuth jwts;
    private final InstantSource clock;

    JwtVerifier(Vertx vertx, Settings.Security settings, InstantSource clock) {
        Settings.Secret key = settings.secretKey();
        this.jwts = key == null || key.reveal().isEmpty()
                ? null
                : JWTAuth.create(vertx, options(key, settings.algorithm()));
        this.clock = clock;
    }

    private static JWTAuthOptions options(Settings.Secret key, String algorithm) {
        return new JWTAuthOptions()
                .addPubSecKey(new PubSecKeyOptions().setAlgorithm(algorithm).setBuffer(key.reveal()))
                .setJWTOptions(new JWTOptions()
                        .setAlgorithm(algorithm)
                        .setIssuer("hermes-api")
                        .setAudience(List.of("hermes-app", "hermes-api"))
                        // Checked below, by the clock that was passed in.
                        .setIgnoreExpiration(true));
    }

    /**
     * Whether the text has the three parts of a JWS in compact form (RFC 7515 §7.1), and so must be verified as a
     * JWT.
     */
    static boolean looksLikeOne(String text) {
        return text.chars().filter(character -> character == '.').count() == 2;
    }

    /** The credential, or null if the text is not a valid JWT. */
    Credential.@Nullable Jwt verify(String text) {
        if (jwts == null || text.length() > MAX_LENGTH || !COMPACT.matcher(text).matches()) {
            return null;
        }
        try {
            Future<User> verified = jwts.authenticate(new TokenCredentials(text));
            return verified.succeeded() && !hasCriticalExtensions(text)
                    ? check(verified.result().attributes().getJsonObject("accessToken"))
                    : null;
        } catch (RuntimeException malformed) {
            // The library throws for claims of unexpected types.
            return null;
        }
    }

    /**
     * Whether the header lists extensions that the reader must understand (RFC 7515 §4.1.11), of which we know none.
     */
    private static boolean hasCriticalExtensions(String text) {
        byte[] header = Base64.getUrlDecoder().decode(text.substring(0, text.indexOf('.')));
        return new JsonObject(Buffer.buffer(header)).containsKey("crit");
    }

    private Credential.@Nullable Jwt check(JsonObject claims) {
        Instant now = clock.instant();
        Instant expiresAt = numericDate(claims.getValue("exp"));
        String userId = identifier(claims.getValue("user_id"));
        boolean good = "access".equals(claims.getValue("type"))
                && identifier(claims.getValue("sub")) != null
                && isActive(claims, now);
        return good && userId != null && expiresAt != null && now.isBefore(expiresAt)
                ? new Credential.Jwt(userId, expiresAt)
                : null;
    }

    private static boolean isActive(JsonObject claims, Instant now) {
        if (!claims.containsKey("nbf")) {
            return true;
        }
        Instant notBefore = numericDate(claims.getValue("nbf"));
        return notBefore != null && !notBefore.isAfter(now.plus(CLOCK_SKEW));
    }

    private static @Nullable String identifier(@Nullable Object claim) {
        return claim instanceof String || claim instanceof Number
                ? (claim.toString().isBlank() ? null : claim.toString())
                : null;
    }

    /** Seconds, possibly with a fraction (RFC 7519 §2). Null for a value that is no time in Python's range. */
    private static @Nullable Instant numericDate(@Nullable Object claim) {
        if (!(claim instanceof Number number) || !Double.isFinite(number.doubleValue())) {
            return null;
        }
        try {
            double seconds = Math.floor(number.doubleValue());
            long nanos = (long) ((number.doubleValue() - seconds) * 1_000_000_000L);
            Instant instant = Instant.ofEpochSecond((long) seconds, nanos);
            return instant.isAfter(PythonTime.LATEST) ? null : instant;
        } catch (DateTimeException | ArithmeticException beyondAllTime) {
            return null;
        }
    }
}
