package dev.hermes.gateway.http;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file for browsers, read from the jar once.
 *
 * @param forms what it may be sent as, the smallest first; the last one is the file itself
 */
record BrowserFile(List<Form> forms) {

    private static final int TAG_BYTES = 8;

    /** A coding that is forbidden (RFC 9110 §12.4.2). */
    private static final Pattern FORBIDDEN = Pattern.compile("\\s*q=0(\\.0*)?\\s*");

    /**
     * @param coding its {@code Content-Encoding} (RFC 9110 §8.4.1), null for none
     * @param tag its entity tag, quotes and all: another representation needs another (RFC 9110 §8.8.3.3)
     */
    record Form(@Nullable String coding, Buffer content, String tag) {}

    /**
     * @param path from the root of the jar, {@code browser/hermes-events.js}; the build may have put one compressed with Brotli
     *     beside it, {@code .br}
     */
    static BrowserFile of(String path) {
        byte[] bytes = read(path);
        if (bytes == null) {
            throw new IllegalStateException("the jar lacks " + path);
        }
        String tag = tag(bytes);
        List<Form> forms = new ArrayList<>();
        byte[] brotli = read(path + ".br");
        if (brotli != null) {
            forms.add(new Form("br", Buffer.buffer(brotli), "\"" + tag + "-br\""));
        }
        forms.add(new Form("gzip", gzip(bytes), "\"" + tag + "-gzip\""));
        forms.add(new Form(null, Buffer.buffer(bytes), "\"" + tag + "\""));
        return new BrowserFile(List.copyOf(forms));
    }

    private static byte @Nullable [] read(String path) {
        try (InputStream file = BrowserFile.class.getResourceAsStream("/" + path)) {
            return file == null ? null : file.readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String tag(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, TAG_BYTES);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    private static Buffer gzip(byte[] bytes) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(compressed) {
            {
                def.setLevel(Deflater.BEST_COMPRESSION);
            }
        }) {
            out.write(bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Buffer.buffer(compressed.toByteArray());
    }

    /** The smallest that {@code Accept-Encoding} names and does not forbid. */
    Form formFor(@Nullable String acceptEncoding) {
        List<String> accepted = acceptEncoding == null
                ? List.of()
                : Arrays.stream(acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1))
                        .map(given -> given.split(";", 2))
                        .filter(given -> given.length == 1
                                || !FORBIDDEN.matcher(given[1]).matches())
                        .map(given -> given[0].strip())
                        .toList();
        return forms.stream()
                .filter(form -> form.coding() == null || accepted.contains(form.coding()))
                .findFirst()
                .orElseThrow();
    }

    /** Whether {@code If-None-Match} names it; compared weakly (RFC 9110 §13.1.2), since proxies that compress weaken tags. */
    boolean isMeantBy(@Nullable String ifNoneMatch) {
        return ifNoneMatch != null
                && Arrays.stream(ifNoneMatch.split(",", -1))
                        .map(given -> given.strip().replaceFirst("^W/", ""))
                        .anyMatch(given -> given.equals("*")
                                || forms.stream().map(Form::tag).anyMatch(given::equals));
    }
}
