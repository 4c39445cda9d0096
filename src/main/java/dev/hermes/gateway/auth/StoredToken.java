package dev.hermes.gateway.auth;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.protocol.PythonTime;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The value stored under a token's key, in Hermes' own JSON format, so that each side reads what the other wrote.
 *
 * @param scope scope words separated by spaces
 * @param userId {@code user_id}, or null
 * @param expiresAt when the token expires
 */
record StoredToken(String scope, @Nullable String userId, Instant expiresAt) {

    static final String PERMISSION = "read";

    /** Python escapes DEL and everything above it. */
    private static final int LAST_PLAIN_CHARACTER = 0x7e;

    private static final JsonFactory JSON =
            JsonFactory.builder().disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE).build();

    /** Reads the JSON; null if it has another form or does not permit reading events. */
    static @Nullable StoredToken parse(String json) {
        try {
            JsonObject stored = new JsonObject(json);
            Object scope = stored.getValue("scope");
            Object expiresAt = stored.getValue("expires_at");
            if (!(scope instanceof String scopeText)
                    || !(expiresAt instanceof String expiryText)
                    || !permitsReading(stored.getValue("permissions"))) {
                return null;
            }
            Instant expiry = PythonTime.parse(expiryText);
            Object userId = stored.getValue("user_id");
            return expiry == null
                    ? null
                    : new StoredToken(scopeText, userId == null ? null : userId.toString(), expiry);
        } catch (RuntimeException unreadable) {
            return null;
        }
    }

    /** The JSON as Python's {@code json.dumps} writes it: same order, spaces and escapes. */
    String json(Instant createdAt) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.setHighestNonEscapedChar(LAST_PLAIN_CHARACTER).setPrettyPrinter(new PythonSpacing());
            json.writeStartObject();
            json.writeStringField("scope", scope);
            json.writeStringField("user_id", userId);
            json.writeStringField("expires_at", PythonTime.format(expiresAt));
            json.writeArrayFieldStart("permissions");
            json.writeString(PERMISSION);
            json.writeEndArray();
            json.writeStringField("created_at", PythonTime.format(createdAt));
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    private static boolean permitsReading(@Nullable Object permissions) {
        return permissions == null || (permissions instanceof JsonArray list && list.contains(PERMISSION));
    }

    private static final class PythonSpacing extends MinimalPrettyPrinter {

        private static final long serialVersionUID = 1L;

        @Override
        public void writeObjectFieldValueSeparator(JsonGenerator json) throws IOException {
            json.writeRaw(": ");
        }

        @Override
        public void writeObjectEntrySeparator(JsonGenerator json) throws IOException {
            json.writeRaw(", ");
        }

        @Override
        public void writeArrayValueSeparator(JsonGenerator json) throws IOException {
            json.writeRaw(", ");
        }
    }

    /** The rule by which both stores distinguish a revoked token from an expired one. */
    static final class StateRule {

        /** Redis expires a key by its own clock, slightly later than {@code expires_at} was computed. */
        private static final Duration CLOCK_MARGIN = Duration.ofSeconds(1);

        private StateRule() {}

        /**
         * The state of a token.
         *
         * @param revoked whether the token was revoked, if it is not present
         */
        static TokenStore.State of(Credential.SseToken token, boolean present, boolean revoked, Instant now) {
            if (present) {
                // A stream has its own deadline for expiry, which a step of the wall clock does not move.
                return TokenStore.State.VALID;
            }
            if (!now.isBefore(token.expiresAt().minus(CLOCK_MARGIN))) {
                return TokenStore.State.EXPIRED;
            }
            return revoked ? TokenStore.State.REVOKED : TokenStore.State.VALID;
        }
    }

    /** The form of an SSE token's text. */
    static final class TokenFormat {

        static final String PREFIX = "sse_";
        private static final Pattern FORM = Pattern.compile("sse_[A-Za-z0-9_-]{1,128}");
        private static final int RANDOM_BYTES = 32;

        private TokenFormat() {}

        static boolean wellFormed(String text) {
            return FORM.matcher(text).matches();
        }

        /** A random token, in the form of Python's {@code secrets.token_urlsafe(32)}. */
        static Settings.Secret random(SecureRandom random) {
            byte[] bytes = new byte[RANDOM_BYTES];
            random.nextBytes(bytes);
            return new Settings.Secret(
                    PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        }
    }
}
