package dev.hermes.gateway.auth;

import dev.hermes.gateway.config.Secret;
import dev.hermes.gateway.config.Settings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** JWTs made by hand, so that they may be wrong in any way. */
final class Jwts {

    static final String KEY = "a-secret-key-of-the-backend-0123456789-0123456789-0123456789-01234567";
    static final String API_KEY = "hermes_api_key_1";

    private Jwts() {}

    static Settings.Security settings(String algorithm, @Nullable String secretKey) {
        return new Settings.Security(
                secretKey == null ? null : new Secret(secretKey),
                algorithm,
                List.of(new Secret("another-key"), new Secret(API_KEY)),
                60,
                List.of(),
                null);
    }

    /** Claims as Hermes makes them, good for ten minutes from {@link TestClock#START}. */
    static JsonObject claims() {
        long now = TestClock.START.getEpochSecond();
        return new JsonObject()
                .put("sub", "alice")
                .put("user_id", "u-1")
                .put("type", "access")
                .put("iss", "hermes-api")
                .put("aud", new JsonArray().add("hermes-app").add("hermes-api"))
                .put("iat", now)
                .put("exp", now + 600);
    }

    static String good() {
        return signed(claims());
    }

    static String signed(JsonObject claims) {
        return signed("HS256", claims.encode());
    }

    static String signed(String algorithm, String claims) {
        return signed(new JsonObject().put("alg", algorithm).put("typ", "JWT").encode(), algorithm, claims);
    }

    static String signed(String header, String algorithm, String claims) {
        String content = part(header) + "." + part(claims);
        return content + "." + base64(hmac(algorithm, content));
    }

    static String part(String json) {
        return base64(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] hmac(String algorithm, String content) {
        String name = "HmacSHA" + algorithm.substring(2);
        try {
            Mac mac = Mac.getInstance(name);
            mac.init(new SecretKeySpec(KEY.getBytes(StandardCharsets.UTF_8), name));
            return mac.doFinal(content.getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
