package dev.hermes.gateway.fuzz;

import static dev.hermes.gateway.fixture.Resp.bytes;

import dev.hermes.gateway.fixture.Http2Wire;
import dev.hermes.gateway.fixture.Resp;
import dev.hermes.gateway.fixture.RunningGateway;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;

/** Connections' worth of bytes that begin as HTTP does. */
final class Streams {

    private static final byte[] LAST =
            bytes("GET /api/v1/events/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    private static final byte[] PREFACE = bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    private static final int MOST_REQUESTS = 12;
    private static final int MOST_FRAMES = 30;
    private static final int TYPES = 11;

    private static final List<String> PATHS =
            List.of("health", "poll", "queue", "nothing", "downloads/a", "poll?after=1-1&limit=1", "stream?channels=x");

    private Streams() {}

    static Source http1() {
        String publish = "POST /api/v1/events/publish HTTP/1.1";
        String key = "Authorization: Bearer " + RunningGateway.API_KEY;
        String json = "Content-Type: application/json";
        Source one = Source.of(Arbitraries.of(
                                head("GET /api/v1/events/health HTTP/1.1", "Host: localhost"),
                                head("GET /api/v1/events/poll HTTP/1.1", "Host: localhost:80", key),
                                head("GET http://localhost/api/v1/events/health HTTP/1.1", "Host: localhost"),
                                head("OPTIONS * HTTP/1.1", "Host: [::1]:8000", "Origin: http://a"),
                                head("GET /api/v1/events/queue HTTP/1.0", key),
                                head("GET /api/v1/events/health HTTP/1.0", "Connection: keep-alive"),
                                head(
                                        "GET /api/v1/events/health HTTP/1.1",
                                        "Host: a",
                                        "Connection: Upgrade, HTTP2-Settings",
                                        "Upgrade: h2c",
                                        "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"),
                                head(
                                        "GET /api/v1/events/queue HTTP/1.1",
                                        "Host: a",
                                        "Connection: Upgrade",
                                        "Upgrade: websocket",
                                        "Sec-WebSocket-Version: 13",
                                        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="),
                                head(publish, "Host: a", key, json, "Content-Length: 2") + "[]",
                                head(publish, "Host: a", key, json, "Transfer-Encoding: chunked")
                                        + head("1", "[", "1;a=b", "]", "0", "X: y"),
                                head(publish, "Host: a", key, json, "Expect: 100-continue", "Content-Length: 2") + "{}",
                                head("CONNECT a:1 HTTP/1.1", "Host: a:1"),
                                head("GET /hermes-events.js HTTP/1.1", "Host: a", "Accept-Encoding: gzip"),
                                head("GET /config.js HTTP/1.1", "host:a", "Cookie: " + "c".repeat(500)))
                        .map(Resp::bytes))
                .broken(45);
        return random -> {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int left = 1 + random.nextInt(MOST_REQUESTS); left > 0; left--) {
                all.writeBytes(one.next(random));
            }
            all.writeBytes(LAST);
            return all.toByteArray();
        };
    }

    private static String head(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    static Source http2() {
        return random -> {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(random.nextInt(50) == 0 ? Havoc.broken(PREFACE, random) : PREFACE);
            all.writeBytes(Http2Wire.frame(Http2Wire.SETTINGS, 0, 0));
            int stream = 1;
            for (int left = 1 + random.nextInt(MOST_FRAMES); left > 0; left--) {
                byte[] frame = frame(random, stream);
                // Most of a connection must be right for the rest of it to be looked at.
                all.writeBytes(random.nextInt(20) == 0 ? Havoc.broken(frame, random) : frame);
                stream += random.nextInt(3) == 0 ? 0 : 2;
            }
            return all.toByteArray();
        };
    }

    private static byte[] frame(Random random, int stream) {
        int known = Math.max(1, stream - 2 * random.nextInt(4));
        return switch (random.nextInt(TYPES)) {
            case 0 -> Http2Wire.frame(Http2Wire.DATA, random.nextInt(2), known, random(random, 300));
            case 1 -> Http2Wire.frame(Http2Wire.RST_STREAM, 0, known, 0, 0, 0, random.nextInt(14));
            case 2 -> settings(random);
            case 3 -> Http2Wire.frame(Http2Wire.PING, random.nextInt(2), 0, random(random, 8, 8));
            case 4 -> window(random, known);
            case 5 -> Http2Wire.frame(Http2Wire.PRIORITY, 0, stream, 0, 0, 0, random.nextInt(9), random.nextInt(256));
            case 6 ->
                Http2Wire.frame(10 + random.nextInt(246), random.nextInt(256), random.nextInt(5), random(random, 40));
            case 7 ->
                random.nextInt(10) > 0
                        ? request(random, stream)
                        : Http2Wire.frame(
                                random.nextInt(10), random.nextInt(256), random.nextInt(2) * known, random(random, 60));
            default -> request(random, stream);
        };
    }

    /** Any but the size of the table, which would make the judge's own decoder wrong. */
    private static byte[] settings(Random random) {
        int[] values = {0, 1, 100, 16_384, 65_535, 16_777_215, Integer.MAX_VALUE};
        int value = values[random.nextInt(values.length)];
        int id = 2 + random.nextInt(8);
        return random.nextInt(4) == 0
                ? Http2Wire.frame(Http2Wire.SETTINGS, 1, 0)
                : Http2Wire.frame(Http2Wire.SETTINGS, 0, 0, 0, id, value >>> 24, value >>> 16, value >>> 8, value);
    }

    private static byte[] window(Random random, int stream) {
        int most = random.nextInt(6) == 0 ? 0x7f : 0;
        return Http2Wire.frame(
                Http2Wire.WINDOW_UPDATE, 0, random.nextBoolean() ? 0 : stream, most, most * 2, random.nextInt(256), 1);
    }

    private static byte[] request(Random random, int stream) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        // RFC 7541, appendix A: GET or POST, http, then names from that table or new ones, each value a literal.
        block.write(random.nextInt(6) == 0 ? 0x83 : 0x82);
        block.write(0x86);
        literal(block, 4, bytes("/api/v1/events/" + PATHS.get(random.nextInt(PATHS.size()))));
        if (random.nextInt(8) > 0) {
            literal(block, 1, bytes(random.nextInt(8) > 0 ? "localhost" : "a b"));
        }
        if (random.nextInt(4) > 0) {
            literal(block, 23, bytes("Bearer " + RunningGateway.API_KEY));
        }
        if (random.nextInt(4) == 0) {
            String[] names = {"x-a", "X-A", "connection", "te", "content-length", ":path", "", "last-event-id", "cookie"
            };
            block.write(0);
            byte[] name = bytes(names[random.nextInt(names.length)]);
            block.write(name.length);
            block.writeBytes(name);
            byte[] value = random(random, 20);
            block.write(value.length);
            block.writeBytes(value);
        }
        byte[] headers = random.nextInt(12) == 0 ? Havoc.broken(block.toByteArray(), random) : block.toByteArray();
        int flags = random.nextInt(6) == 0
                ? random.nextInt(64)
                : Http2Wire.END_HEADERS | (random.nextInt(8) == 0 ? 0 : Http2Wire.END_STREAM);
        return Http2Wire.frame(Http2Wire.HEADERS, flags, stream, headers);
    }

    private static void literal(ByteArrayOutputStream block, int name, byte[] value) {
        if (name < 15) {
            block.write(name);
        } else {
            block.write(15);
            block.write(name - 15);
        }
        block.write(value.length);
        block.writeBytes(value);
    }

    private static byte[] random(Random random, int most) {
        return random(random, 0, most);
    }

    private static byte[] random(Random random, int least, int most) {
        byte[] bytes = new byte[least + random.nextInt(most - least + 1)];
        random.nextBytes(bytes);
        return bytes;
    }
}
