package dev.hermes.gateway.log;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * One Lua script of the log with its digest. Immutable.
 *
 * @param text as Redis gets it, with what all of them begin with
 * @param digest by which Redis knows it once it has run
 */
record LogScript(String text, String digest) {

    /** The hash with the log's state, in the slot of the stream. */
    static final String STATE = "{hermes:events}:ingest";

    /** The log. */
    static final String STREAM = "hermes:events";

    /** Reads {@code <name>.lua} beside this class. */
    static LogScript load(String name) {
        String text = resource("state") + resource(name);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
            return new LogScript(text, HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    /** A call that Redis answers with NOSCRIPT unless it knows the script; arguments are to follow. */
    Request byDigest() {
        return keys(Request.cmd(Command.EVALSHA).arg(digest));
    }

    /** A call that always works; arguments are to follow. */
    Request byText() {
        return keys(Request.cmd(Command.EVAL).arg(text));
    }

    private static Request keys(Request request) {
        return request.arg(2).arg(STATE).arg(STREAM);
    }

    private static String resource(String name) {
        try (InputStream file = Objects.requireNonNull(LogScript.class.getResourceAsStream(name + ".lua"), name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
