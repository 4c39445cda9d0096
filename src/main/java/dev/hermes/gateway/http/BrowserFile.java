package dev.hermes.gateway.http;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A file for browsers, read from the jar once.
 *
 * @param tag its entity tag, quotes and all
 */
record BrowserFile(Buffer content, String tag) {

    private static final int TAG_BYTES = 8;

    /**
     * @param path from the root of the jar, {@code browser/hermes-events.js}
     */
    static BrowserFile of(String path) {
        try (InputStream file = BrowserFile.class.getResourceAsStream("/" + path)) {
            if (file == null) {
                throw new IllegalStateException("the jar lacks " + path);
            }
            byte[] bytes = file.readAllBytes();
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return new BrowserFile(Buffer.buffer(bytes), "\"" + HexFormat.of().formatHex(digest, 0, TAG_BYTES) + "\"");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Whether {@code If-None-Match} names it; compared weakly (RFC 9110 §13.1.2), since proxies that compress weaken tags. */
    boolean isMeantBy(@Nullable String ifNoneMatch) {
        return ifNoneMatch != null
                && Arrays.stream(ifNoneMatch.split(",", -1))
                        .map(given -> given.strip().replaceFirst("^W/", ""))
                        .anyMatch(given -> given.equals("*") || given.equals(tag));
    }
}
