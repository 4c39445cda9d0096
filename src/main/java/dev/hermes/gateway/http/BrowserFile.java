package dev.hermes.gateway.http;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file for browsers, read from the jar once.
 *
 * @param gzipped the same, compressed (RFC 9110 §8.4.1.3)
 * @param tag its entity tag, quotes and all
 * @param gzippedTag that of the compressed one: another representation needs another (RFC 9110 §8.8.3.3)
 */
record BrowserFile(Buffer content, Buffer gzipped, String tag, String gzippedTag) {

    private static final int TAG_BYTES = 8;

    private static final Pattern NO_GZIP = Pattern.compile("gzip\\s*;\\s*q=0(\\.0*)?");

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
            String tag = HexFormat.of().formatHex(digest, 0, TAG_BYTES);
            return new BrowserFile(Buffer.buffer(bytes), gzip(bytes), "\"" + tag + "\"", "\"" + tag + "-gzip\"");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Buffer gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(compressed) {
            {
                def.setLevel(Deflater.BEST_COMPRESSION);
            }
        }) {
            out.write(bytes);
        }
        return Buffer.buffer(compressed.toByteArray());
    }

    /** Whether {@code Accept-Encoding} names gzip and does not forbid it. */
    static boolean mayBeGzipped(@Nullable String acceptEncoding) {
        return acceptEncoding != null
                && Arrays.stream(acceptEncoding.split(",", -1))
                        .map(given -> given.strip().toLowerCase(Locale.ROOT))
                        .anyMatch(given -> given.equals("gzip")
                                || (given.startsWith("gzip")
                                        && !NO_GZIP.matcher(given).matches()));
    }

    /** Whether {@code If-None-Match} names it; compared weakly (RFC 9110 §13.1.2), since proxies that compress weaken tags. */
    boolean isMeantBy(@Nullable String ifNoneMatch) {
        return ifNoneMatch != null
                && Arrays.stream(ifNoneMatch.split(",", -1))
                        .map(given -> given.strip().replaceFirst("^W/", ""))
                        .anyMatch(given -> given.equals("*") || given.equals(tag) || given.equals(gzippedTag));
    }
}
