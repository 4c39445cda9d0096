package dev.hermes.gateway.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Breaks bytes in the ways that have broken parsers before. */
final class Havoc {

    private static final int MOST_BREAKS = 6;
    private static final int MOST_REPEATED = 64;

    private static final List<byte[]> PIECES = List.of(
                    "\r\n",
                    "\n\n",
                    "\0",
                    "\"",
                    "\\",
                    "{",
                    "}",
                    "[",
                    "]",
                    ":",
                    ",",
                    "%",
                    "%00",
                    "%zz",
                    "%ff",
                    "&",
                    "=",
                    "#",
                    "../",
                    "\r\n\r\n",
                    "Content-Length: 5\r\n",
                    "Content-Length: -1\r\n",
                    "Transfer-Encoding: chunked\r\n",
                    "Connection: close\r\n",
                    "Expect: 100-continue\r\n",
                    "Host: \r\n",
                    "HTTP/1.0",
                    "HTTP/9.9",
                    "HEAD ",
                    "\n\nevent: gap\ndata: {}\n\n",
                    "id: ",
                    "9223372036854775808",
                    "-1",
                    "1e999999999",
                    "18446744073709551616",
                    "\\u0000",
                    "\\ud800",
                    "\u2028",
                    "\uFEFF",
                    "null",
                    "true",
                    "[[[[[[[[",
                    "{\"a\":",
                    "!!java.net.URL",
                    "&a [*a]",
                    "<<: *a",
                    "${a}",
                    "- ",
                    "\t")
            .stream()
            .map(piece -> piece.getBytes(UTF_8))
            .toList();

    private static final byte[] BYTES = {0, 1, 9, 10, 13, 32, 34, 47, 58, 127, (byte) 128, (byte) 192, (byte) 237, -1};

    private Havoc() {}

    static byte[] broken(byte[] whole, Random random) {
        byte[] bytes = whole;
        for (int left = 1 + random.nextInt(MOST_BREAKS); left > 0; left--) {
            bytes = once(bytes, random);
        }
        return bytes;
    }

    private static byte[] once(byte[] bytes, Random random) {
        if (bytes.length == 0) {
            return piece(random);
        }
        int at = random.nextInt(bytes.length);
        int end = at + random.nextInt(Math.min(MOST_REPEATED, bytes.length - at) + 1);
        return switch (random.nextInt(8)) {
            case 0 -> set(bytes, at, bytes[at] ^ 1 << random.nextInt(8));
            case 1 -> set(bytes, at, BYTES[random.nextInt(BYTES.length)]);
            case 2 -> set(bytes, at, random.nextInt(256));
            case 3, 4 -> joined(bytes, at, piece(random), at);
            case 5 -> joined(bytes, at, new byte[0], end);
            case 6 -> joined(bytes, end, Arrays.copyOfRange(bytes, at, end), end);
            default -> random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at) : joined(bytes, at, piece(random), end);
        };
    }

    private static byte[] piece(Random random) {
        return PIECES.get(random.nextInt(PIECES.size()));
    }

    private static byte[] set(byte[] bytes, int at, int value) {
        byte[] changed = bytes.clone();
        changed[at] = (byte) value;
        return changed;
    }

    private static byte[] joined(byte[] bytes, int end, byte[] middle, int from) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.write(bytes, 0, end);
        joined.writeBytes(middle);
        joined.write(bytes, from, bytes.length - from);
        return joined.toByteArray();
    }
}
