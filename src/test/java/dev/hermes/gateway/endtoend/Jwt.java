package dev.hermes.gateway.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hermes.gateway.fixture.RunningGateway;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What a user of the web app presents. */
final class Jwt {

    /** The header of a request that may see everything, good for ten minutes. */
    static String header() {
        return "Authorization: " + bearer();
    }

    static String bearer() {
        long now = Instant.now().getEpochSecond();
        String content = encoded("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "."
                + encoded("{\"sub\":\"alice\",\"user_id\":\"u-1\",\"type\":\"access\",\"iss\":\"hermes-api\","
                        + "\"aud\":[\"hermes-app\"],\"iat\":" + now + ",\"exp\":" + (now + 600) + "}");
        return "Bearer " + content + "." + base64(hmac(content));
    }

    private Jwt() {}

    private static byte[] hmac(String content) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(RunningGateway.SECRET_KEY.getBytes(UTF_8), "HmacSHA256"));
            return mac.doFinal(content.getBytes(UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static String encoded(String json) {
        return base64(json.getBytes(UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
