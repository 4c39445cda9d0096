package dev.hermes.gateway.auth;

import dev.hermes.gateway.config.Secret;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/** The form of an SSE token's text. */
final class TokenText {

    static final String PREFIX = "sse_";
    private static final Pattern FORM = Pattern.compile("sse_[A-Za-z0-9_-]{1,128}");
    private static final int RANDOM_BYTES = 32;

    private TokenText() {}

    static boolean wellFormed(String text) {
        return FORM.matcher(text).matches();
    }

    /** As Python's {@code secrets.token_urlsafe(32)} makes them. */
    static Secret random(SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return new Secret(PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }
}
