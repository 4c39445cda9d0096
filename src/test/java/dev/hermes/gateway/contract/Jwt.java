package dev.hermes.gateway.contract;

import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Access tokens as Hermes' login hands them out. */
final class Jwt {

    private Jwt() {}

    static String of(String user) {
        return of(user, 600);
    }

    static String of(String user, int seconds) {
        return signed(user, seconds, RunningGateway.SECRET_KEY);
    }

    static String signed(String user, int seconds, String secretKey) {
        long now = Instant.now().getEpochSecond();
        JsonObject claims = new JsonObject()
                .put("sub", user)
                .put("user_id", user)
                .put("type", "access")
                .put("iss", "hermes-api")
                .put("aud", "hermes-app")
                .put("iat", now)
                .put("exp", now + seconds);
        String content = part("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "." + part(claims.encode());
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secretKey.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return content + "." + base64(mac.doFinal(content.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String part(String json) {
        return base64(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
