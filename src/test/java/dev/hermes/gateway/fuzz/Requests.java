package dev.hermes.gateway.fuzz;

import static dev.hermes.gateway.fixture.Resp.bytes;

import dev.hermes.gateway.fixture.Resp;
import dev.hermes.gateway.fixture.RunningGateway;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Tuple;

/** Requests of HTTP/1 whose framing is in order, and what is in them is not. */
final class Requests {

    static final String KEY = "Authorization: Bearer " + RunningGateway.API_KEY + "\r\n";

    private static final String BASE = "/api/v1/events/";

    private static final List<String> PARAMETERS = List.of(
            "channels",
            "download_id",
            "status",
            "action",
            "event",
            "notification_type",
            "after",
            "limit",
            "conflate",
            "last_event_id",
            "token",
            "_",
            "x",
            "");

    private Requests() {}

    /** Without the bytes that would end a line or a word. */
    private static byte[] inLine(byte[] bytes, boolean blanks) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        for (byte each : bytes) {
            if (((each & 0xff) > ' ' && each != 127) || (blanks && each == ' ')) {
                kept.write(each);
            }
        }
        return kept.toByteArray();
    }

    private static byte[] request(String method, byte[] target, byte[] headers, byte[] body) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(bytes(method + " "));
        request.writeBytes(target);
        request.writeBytes(bytes(" HTTP/1.1\r\nHost: localhost\r\n"));
        request.writeBytes(headers);
        if (body.length > 0) {
            request.writeBytes(bytes("Content-Length: " + body.length + "\r\n"));
        }
        request.writeBytes(bytes("\r\n"));
        request.writeBytes(body);
        return request.toByteArray();
    }

    /** Ids that were, may be, or cannot be. */
    private static Arbitrary<String> cursor() {
        Arbitrary<String> half = Odd.number();
        return Arbitraries.oneOf(
                Combinators.combine(half, half).as((left, right) -> left + "-" + right),
                Arbitraries.longs().between(0, 200_000).map(ago -> System.currentTimeMillis() - ago + "-0"),
                half,
                Combinators.combine(half, half).as((left, right) -> "m" + left + "-" + right),
                Odd.text());
    }

    static Source cursors() {
        RandomGenerator<String> cursors = cursor().generator(Source.TRIES);
        RandomGenerator<String> path = Arbitraries.of("stream", "queue", "stats", "system", "downloads/a")
                .generator(Source.TRIES);
        return random -> {
            byte[] cursor = bytes(cursors.next(random).value());
            byte[] id = random.nextInt(3) == 0 ? Havoc.broken(cursor, random) : cursor;
            String encoded = URLEncoder.encode(new String(id, StandardCharsets.UTF_8), StandardCharsets.UTF_8);
            if (random.nextInt(10) < 8) {
                return request("GET", bytes(BASE + "poll?limit=2&after=" + encoded), bytes(KEY), new byte[0]);
            }
            String target = BASE + path.next(random).value();
            if (random.nextInt(3) == 0) {
                return request("GET", bytes(target + "?last_event_id=" + encoded), bytes(KEY), new byte[0]);
            }
            ByteArrayOutputStream headers = new ByteArrayOutputStream();
            headers.writeBytes(bytes(KEY + "Last-Event-ID: "));
            headers.writeBytes(inLine(id, true));
            headers.writeBytes(bytes("\r\n"));
            return request(random.nextBoolean() ? "GET" : "HEAD", bytes(target), headers.toByteArray(), new byte[0]);
        };
    }

    static Source queries() {
        Arbitrary<String> value = Odd.mostly(
                List.of(
                        "queue:updates",
                        "queue:updates, stats:updates",
                        "download:updates",
                        "a,b,,c",
                        "true",
                        "false",
                        "5"),
                Arbitraries.oneOf(Odd.text(), Odd.number(), Odd.word()));
        Arbitrary<String> parameter = Combinators.combine(Odd.mostly(PARAMETERS, Odd.word()), value)
                .as((name, given) -> name + "=" + URLEncoder.encode(given, StandardCharsets.UTF_8));
        Arbitrary<String> path = Odd.mostly(
                List.of("poll", "poll", "poll", "poll", "stream", "downloads/a", "queue", "stats", "system", "health"),
                Arbitraries.oneOf(
                        Odd.text().map(text -> "downloads/" + URLEncoder.encode(text, StandardCharsets.UTF_8)),
                        Odd.word(),
                        Arbitraries.of(
                                "",
                                "/",
                                "..",
                                "../..",
                                "%2e%2e/",
                                "downloads/%",
                                "downloads/%00",
                                "token",
                                "publish",
                                "../../../config.js",
                                "../../../hermes-events.js",
                                "//",
                                "poll/",
                                "POLL")));
        Arbitrary<byte[]> target = Combinators.combine(path, parameter.list().ofMaxSize(4))
                .as((where, parameters) ->
                        bytes(BASE + where + (parameters.isEmpty() ? "" : "?" + String.join("&", parameters))));
        Source targets = Source.of(target).broken(25);
        RandomGenerator<String> method = Arbitraries.frequencyOf(
                        Tuple.of(12, Arbitraries.of("GET", "HEAD")),
                        Tuple.of(1, Arbitraries.of("OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "FOO")))
                .generator(Source.TRIES);
        RandomGenerator<String> header = Arbitraries.of(
                        "",
                        "",
                        "",
                        "Origin: http://localhost:3000\r\n",
                        "Origin: null\r\n",
                        "Origin: %\r\n",
                        "Accept: text/event-stream\r\n",
                        "Accept: \r\n",
                        "Access-Control-Request-Method: GET\r\n",
                        "X-Request-Id: a b\r\n",
                        "If-None-Match: *\r\n",
                        "Range: bytes=0-\r\n",
                        "Accept-Encoding: gzip\r\n")
                .generator(Source.TRIES);
        return random -> request(
                method.next(random).value(),
                withPath(inLine(targets.next(random), false)),
                bytes((random.nextInt(8) > 0 ? KEY : "") + header.next(random).value()),
                new byte[0]);
    }

    private static byte[] withPath(byte[] target) {
        return target.length == 0 ? bytes("/") : target;
    }

    static Source credentials() {
        Source jwts = Source.of(OddJwts.arbitrary()).broken(15);
        Source others = Source.of(Arbitraries.oneOf(
                                Odd.text(),
                                Odd.word().map(word -> "Bearer " + word),
                                Odd.word().map(word -> "Bearer sse_" + word),
                                Arbitraries.of(
                                        "Bearer",
                                        "Bearer  ",
                                        "bearer " + RunningGateway.API_KEY,
                                        "Basic eDp5",
                                        "Bearer ..",
                                        "Bearer a.b.c",
                                        "Bearer a.b.c.d",
                                        "Bearer " + "x".repeat(9_000)))
                        .map(Resp::bytes))
                .broken(30);
        RandomGenerator<String> address = Odd.mostly(
                        List.of("203.0.113.7", "2001:db8::1", "127.0.0.1", "unknown"), Odd.text())
                .generator(Source.TRIES);
        return random -> {
            byte[] credential = random.nextBoolean() ? jwts.next(random) : others.next(random);
            if (random.nextInt(4) == 0) {
                String token = new String(credential, StandardCharsets.UTF_8).replace("Bearer ", "");
                return request(
                        "GET",
                        bytes(BASE + "poll?token=" + URLEncoder.encode(token, StandardCharsets.UTF_8)),
                        new byte[0],
                        new byte[0]);
            }
            ByteArrayOutputStream headers = new ByteArrayOutputStream();
            headers.writeBytes(bytes("Authorization: "));
            headers.writeBytes(inLine(credential, true));
            headers.writeBytes(bytes("\r\nX-Forwarded-For: "));
            headers.writeBytes(inLine(bytes(address.next(random).value()), true));
            headers.writeBytes(bytes("\r\n"));
            return switch (random.nextInt(6)) {
                case 0 ->
                    request("POST", bytes(BASE + "token"), json(headers), bytes("{\"scope\":\"queue\",\"ttl\":60}"));
                case 1 -> request("POST", bytes(BASE + "publish"), json(headers), bytes("[]"));
                default -> request("GET", bytes(BASE + "poll"), headers.toByteArray(), new byte[0]);
            };
        };
    }

    private static byte[] json(ByteArrayOutputStream headers) {
        headers.writeBytes(bytes("Content-Type: application/json\r\n"));
        return headers.toByteArray();
    }

    static Source bodies(Witness.Place witness) {
        RandomGenerator<String> data = Odd.jsonObject(3).generator(Source.TRIES);
        Source tokens = Source.of(tokenBody()).broken(35);
        Source events = Source.of(publishBody()).broken(35);
        RandomGenerator<String> type = Arbitraries.frequencyOf(
                        Tuple.of(20, Arbitraries.just("application/json")),
                        Tuple.of(1, Arbitraries.of("", "text/plain", "application/json;charset=x", "APPLICATION/JSON")))
                .generator(Source.TRIES);
        return random -> {
            if (random.nextInt(4) == 0) {
                String event = "{\"channel\":\"" + Witness.CHANNEL + "\",\"type\":\"t\",\"data\":"
                        + witness.expect(data.next(random).value()) + "}";
                return request(
                        "POST",
                        bytes(BASE + "publish"),
                        bytes(KEY + "Content-Type: application/json\r\n"),
                        bytes(event));
            }
            byte[] headers = bytes(KEY + "Content-Type: " + type.next(random).value() + "\r\n");
            boolean token = random.nextInt(3) == 0;
            return request(
                    token && random.nextInt(3) == 0 ? "DELETE" : "POST",
                    bytes(BASE + (token ? "token" : "publish")),
                    headers,
                    token ? tokens.next(random) : events.next(random));
        };
    }

    private static Arbitrary<byte[]> tokenBody() {
        Arbitrary<String> scope = Odd.mostly(
                        List.of("queue", "stats", "download:a", "download:*", "queue stats", "x", "download:", " "),
                        Odd.text())
                .map(Odd::quoted);
        return Combinators.combine(
                        Arbitraries.oneOf(scope, Odd.json(1)),
                        Arbitraries.oneOf(Odd.json(1), Odd.number()),
                        Odd.json(2))
                .as((asked, ttl, other) -> bytes(
                        switch (Math.floorMod(other.hashCode(), 6)) {
                            case 0 -> other;
                            case 1 -> "{\"token\":" + asked + "}";
                            case 2 -> "{\"token\":\"sse_x\",\"a\":" + other + "}";
                            default -> "{\"scope\":" + asked + ",\"ttl\":" + ttl + "}";
                        }));
    }

    private static Arbitrary<byte[]> publishBody() {
        Arbitrary<String> channel = Odd.mostly(
                        List.of(
                                "queue:updates",
                                "download:updates",
                                "stats:updates",
                                "download:a:progress",
                                "hermes:gateway:log"),
                        Odd.text())
                .map(Odd::quoted);
        Arbitrary<String> event = Combinators.combine(
                        Arbitraries.oneOf(channel, channel, Odd.json(1)),
                        Arbitraries.oneOf(Odd.word().map(Odd::quoted), Odd.json(1)),
                        Arbitraries.oneOf(Odd.jsonObject(3), Odd.json(2)),
                        Odd.json(1),
                        Arbitraries.integers().between(0, 9))
                .as((where, type, data, other, kind) -> "{\"channel\":" + where + ",\"type\":" + type + ",\"data\":"
                        + data + (kind == 0 ? ",\"timestamp\":" + other : kind == 1 ? ",\"x\":" + other : "") + "}");
        return Arbitraries.oneOf(
                        event,
                        event,
                        event.list()
                                .ofMaxSize(5)
                                .map(events -> events.stream().collect(Collectors.joining(",", "[", "]"))),
                        Odd.json(2),
                        Arbitraries.of(
                                "",
                                "[]",
                                "[" + "{},".repeat(10_001) + "{}]",
                                "[".repeat(2_000),
                                "{\"channel\":\"queue:updates\",\"type\":\"t\",\"data\":{\"a\":\""
                                        + "x".repeat(FuzzGateway.MAX_EVENT_BYTES + 1) + "\"}}"))
                .map(Resp::bytes);
    }
}
