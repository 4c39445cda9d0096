package dev.hermes.gateway.demo;

import dev.hermes.gateway.protocol.PythonTime;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/**
 * Keeps one SSE token for the demo's user in Redis, in the form in which Hermes stores it. The token stays the same
 * as long as the process runs, so that a copied command line goes on working. Its key is written again long before it
 * expires, and whenever Redis may have lost it. {@link #replace} revokes it. State lives on the event loop of its
 * owner.
 */
final class DemoToken {

    private static final int RANDOM_BYTES = 32;
    private static final Duration RENEWED_AFTER = Duration.ofSeconds(HermesCommands.TIME_TO_LIVE_SECONDS / 2);

    /** Read by any thread. */
    private volatile String value = random();

    private Instant renewAt = Instant.MIN;

    String value() {
        return value;
    }

    /** Redis may have lost the key: the next {@link #renew} writes it, however recently it was written. */
    void mayBeLost() {
        renewAt = Instant.MIN;
    }

    /** Revokes the token as Hermes does, by deleting its key, and uses another one from now on. */
    void replace(HermesCommands commands) {
        commands.deleteToken(value);
        value = random();
        mayBeLost();
        renew(commands);
    }

    void renew(HermesCommands commands) {
        Instant now = commands.now();
        if (now.isBefore(renewAt)) {
            return;
        }
        renewAt = now.plus(RENEWED_AFTER);
        commands.keepToken(
                value,
                new JsonObject()
                        .put("scope", SimulatedDownloads.TOKEN_SCOPE)
                        .put("user_id", "demo")
                        .put("expires_at", PythonTime.format(now.plusSeconds(HermesCommands.TIME_TO_LIVE_SECONDS)))
                        .put("permissions", new JsonArray().add("read"))
                        .put("created_at", PythonTime.format(now)));
    }

    private static String random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return "sse_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
