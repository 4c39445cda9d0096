package dev.hermes.gateway.auth;

import dev.hermes.gateway.config.Secret;
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
 * Judges a JWT: exactly one key of exactly one algorithm. Thread-safe (the library serialises the HMAC, some
 * microseconds); never throws, never waits.
 */
final class JwtVerifier {

    /** An ordinary one has 300 to 600; what is longer is refused before a byte of it is decoded. */
    static final int MAX_LENGTH = 8 * 1024;

    /** For {@code nbf} only, which RFC 7519 §4.1.5 lets a reader soften: the backend's clock may be ahead of ours. */
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

    /** RFC 7515 §2: base64 for URLs, with neither padding nor white space, which the library would pass over. */
    private static final Pattern COMPACT = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

    private final @Nullable JWTAuth jwts;
    private final InstantSource clock;

    JwtVerifier(Vertx vertx, Settings.Security settings, InstantSource clock) {
        Secret key = settings.secretKey();
        this.jwts = key == null || key.reveal().isEmpty()
                ? null
                : JWTAuth.create(vertx, options(key, settings.algorithm()));
        this.clock = clock;
    }

    private static JWTAuthOptions options(Secret key, String algorithm) {
        return new JWTAuthOptions()
                .addPubSecKey(new PubSecKeyOptions().setAlgorithm(algorithm).setBuffer(key.reveal()))
                .setJWTOptions(new JWTOptions()
                        .setAlgorithm(algorithm)
                        .setIssuer("hermes-api")
                        .setAudience(List.of("hermes-app", "hermes-api"))
                        // Judged here, by the clock passed in.
                        .setIgnoreExpiration(true));
    }

    /** Whether it has the three parts of a JWS in compact form (RFC 7515 §7.1), and so is to be judged as one. */
    static boolean looksLikeOne(String text) {
        return text.chars().filter(character -> character == '.').count() == 2;
    }

    /** The credential, or null for whatever else this text may be. */
    Credential.@Nullable Jwt verify(String text) {
        if (jwts == null || text.length() > MAX_LENGTH || !COMPACT.matcher(text).matches()) {
            return null;
        }
        try {
            Future<User> verified = jwts.authenticate(new TokenCredentials(text));
            return verified.succeeded() && !demands(text)
                    ? judge(verified.result().attributes().getJsonObject("accessToken"))
                    : null;
        } catch (RuntimeException malformed) {
            // The library throws for claims of other types than it expects.
            return null;
        }
    }

    /** RFC 7515 §4.1.11: extensions that its reader must understand, of which we know none. */
    private static boolean demands(String text) {
        byte[] header = Base64.getUrlDecoder().decode(text.substring(0, text.indexOf('.')));
        return new JsonObject(Buffer.buffer(header)).containsKey("crit");
    }

    private Credential.@Nullable Jwt judge(JsonObject claims) {
        Instant now = clock.instant();
        Instant expiresAt = numericDate(claims.getValue("exp"));
        String userId = identifier(claims.getValue("user_id"));
        boolean good = "access".equals(claims.getValue("type"))
                && identifier(claims.getValue("sub")) != null
                && begun(claims, now);
        return good && userId != null && expiresAt != null && now.isBefore(expiresAt)
                ? new Credential.Jwt(userId, expiresAt)
                : null;
    }

    private static boolean begun(JsonObject claims, Instant now) {
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

    /** Seconds, perhaps with a fraction (RFC 7519 §2). Null for anything that is not a time Python could have meant. */
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
