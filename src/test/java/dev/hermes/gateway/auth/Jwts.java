package dev.hermes.gateway.auth;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.fixture.Jwt;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JWTs made by hand, so that they may be wrong in any way. */
final class Jwts {

    static final String KEY = "a-secret-key-of-the-backend-0123456789-0123456789-0123456789-01234567";
    static final String API_KEY = "hermes_api_key_1";

    private Jwts() {}

    static Settings.Security settings(String algorithm, @Nullable String secretKey) {
        return new Settings.Security(
                secretKey == null ? null : new Settings.Secret(secretKey),
                algorithm,
                List.of(new Settings.Secret("another-key"), new Settings.Secret(API_KEY)),
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
        return Jwt.signed(header, claims, algorithm, KEY);
    }
}
