package dev.hermes.gateway.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Reads HTTP/1 answers as strictly as RFC 9112 has them. */
final class AnswerReader {

    private static final int MOST_LINE_BYTES = 64 * 1_024;

    /** An answer; of a stream the body is what came up to its first event's end. */
    record Answer(int status, Map<String, String> headers, String body, boolean content) {

        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        boolean stream() {
            return content && header("content-type").startsWith("text/event-stream");
        }

        boolean last() {
            return header("connection").equalsIgnoreCase("close") || stream() || status == 101;
        }
    }

    /** What came is no answer. */
    static final class Malformed extends IOException {

        private static final long serialVersionUID = 1L;

        Malformed(String what) {
            super(what);
        }
    }

    private final InputStream in;

    AnswerReader(InputStream in) {
        this.in = in;
    }

    /** The next one; {@link EOFException} if the connection ended before or within it. */
    Answer next(boolean toHead) throws IOException {
        String status = line();
        if (!status.matches("HTTP/1\\.[01] [1-5][0-9][0-9] [\\x20-\\x7e]*")) {
            throw new Malformed("no status line: " + status);
        }
        int code = Integer.parseInt(status.substring(9, 12));
        Map<String, String> headers = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 1 || !line.substring(0, colon).matches("[A-Za-z0-9-]+") || !line.matches("[\\x20-\\x7e]*")) {
                throw new Malformed("no header: " + line);
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        if (code == 100) {
            return next(toHead);
        }
        boolean content = !toHead && code != 204 && code != 304 && code != 101;
        return new Answer(code, headers, content ? body(headers) : "", content);
    }

    private String body(Map<String, String> headers) throws IOException {
        boolean stream = headers.getOrDefault("content-type", "").startsWith("text/event-stream");
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if ("chunked".equals(headers.get("transfer-encoding"))) {
            int length = chunkLength();
            while (length > 0) {
                body.writeBytes(exactly(length));
                if (!line().isEmpty()) {
                    throw new Malformed("no end of a chunk");
                }
                if (stream && body.toString(StandardCharsets.UTF_8).contains("\n\n")) {
                    return body.toString(StandardCharsets.UTF_8);
                }
                length = chunkLength();
            }
            if (!line().isEmpty()) {
                throw new Malformed("no end of a chunked body");
            }
        } else if (headers.containsKey("content-length")) {
            body.writeBytes(exactly(Integer.parseInt(headers.get("content-length"))));
        } else {
            // To the end of the connection, for HTTP/1.0; of a stream only its beginning.
            for (int next = in.read(); next >= 0; next = in.read()) {
                body.write(next);
                if (stream
                        && next == '\n'
                        && body.toString(StandardCharsets.UTF_8).endsWith("\n\n")) {
                    break;
                }
            }
        }
        return body.toString(StandardCharsets.UTF_8);
    }

    private int chunkLength() throws IOException {
        String length = line();
        if (!length.matches("[0-9a-fA-F]{1,7}")) {
            throw new Malformed("no length of a chunk: " + length);
        }
        return Integer.parseInt(length, 16);
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }

    private String line() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException();
            }
            bytes.write(next);
            if (bytes.size() > MOST_LINE_BYTES) {
                throw new Malformed("an endless line");
            }
        }
        String line = bytes.toString(StandardCharsets.ISO_8859_1);
        if (!line.endsWith("\r")) {
            throw new Malformed("a line without CR: " + line);
        }
        return line.substring(0, line.length() - 1);
    }
}
