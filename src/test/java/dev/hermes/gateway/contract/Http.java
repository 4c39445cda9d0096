package dev.hermes.gateway.contract;

import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** One request, byte for byte, and its whole answer. A connection that neither answers nor ends fails the test. */
final class Http {

    static final String EVENTS = "/api/v1/events";

    private static final int PATIENCE_MILLIS = 10_000;

    /** A whole answer; header names in lower case. */
    record Answer(int status, Map<String, String> headers, String body) {

        @Nullable
        String header(String name) {
            return headers.get(name.toLowerCase(Locale.ROOT));
        }

        JsonObject json() {
            return new JsonObject(body);
        }

        String detail() {
            return json().getString("detail");
        }
    }

    private Http() {}

    static String bearer(String credential) {
        return "Authorization: Bearer " + credential;
    }

    /** The header with the API key that every running gateway of the tests takes. */
    static String apiKey() {
        return bearer(RunningGateway.API_KEY);
    }

    /** {@code get(port, "/health")}: the path below the base of the events. */
    static Answer get(int port, String path, String... headers) {
        return request(port, "GET", EVENTS + path, null, headers);
    }

    static Answer post(int port, String path, String json, String... headers) {
        return request(port, "POST", EVENTS + path, json, headers);
    }

    static Answer delete(int port, String path, String json, String... headers) {
        return request(port, "DELETE", EVENTS + path, json, headers);
    }

    /** Any request; a body is JSON unless the headers say otherwise. */
    static Answer request(int port, String method, String path, @Nullable String body, String... headers) {
        StringBuilder request =
                new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        Arrays.stream(headers).forEach(header -> request.append(header).append("\r\n"));
        if (body != null) {
            boolean typed = Arrays.stream(headers)
                    .anyMatch(header -> header.toLowerCase(Locale.ROOT).startsWith("content-type:"));
            request.append(typed ? "" : "Content-Type: application/json\r\n")
                    .append("Content-Length: ")
                    .append(body.getBytes(StandardCharsets.UTF_8).length)
                    .append("\r\n");
        }
        return parse(raw(
                port, request.append("\r\n").append(body == null ? "" : body).toString()));
    }

    /** Sends that and returns all that comes until the gateway closes the connection. */
    static String raw(int port, String bytes) {
        return raw(port, bytes.getBytes(StandardCharsets.UTF_8));
    }

    static String raw(int port, byte[] bytes) {
        try (Socket socket = connect(port)) {
            OutputStream out = socket.getOutputStream();
            try {
                out.write(bytes);
                out.flush();
            } catch (IOException closedEarly) {
                // What was answered before that can be read all the same.
            }
            return untilEnd(socket);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        return socket;
    }

    /** Fails, by the socket's timeout, when the connection is left hanging. */
    static String untilEnd(Socket socket) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        byte[] part = new byte[8_192];
        try {
            for (int read = socket.getInputStream().read(part);
                    read >= 0;
                    read = socket.getInputStream().read(part)) {
                answer.write(part, 0, read);
            }
        } catch (java.net.SocketException reset) {
            // Closed while we still wrote: an end as well.
        }
        return answer.toString(StandardCharsets.UTF_8);
    }

    /** Reads what comes until it ends with that text. */
    static String readUntil(Socket socket, String end) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        while (!read.toString(StandardCharsets.UTF_8).endsWith(end)) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new AssertionError("ended before \"" + end + "\": " + read);
            }
            read.write(next);
        }
        return read.toString(StandardCharsets.UTF_8);
    }

    /** A problem's whole body: FastAPI's detail, and beside it the envelope of Hermes' own errors. */
    static JsonObject problem(int status, String detail) {
        return new JsonObject()
                .put("detail", detail)
                .put(
                        "error",
                        new JsonObject()
                                .put("code", "http_" + status)
                                .put("message", detail)
                                .putNull("details"));
    }

    /** Publishes one event with the API key; returns its id. */
    static String publish(int port, String channel, String type, String data) {
        String event = "{\"channel\":\"" + channel + "\",\"type\":\"" + type + "\",\"data\":" + data + "}";
        Answer answer = post(port, "/publish", event, apiKey());
        if (answer.status() != 202) {
            throw new AssertionError("not published: " + answer);
        }
        return answer.json().getJsonArray("ids").getString(0);
    }

    /** The only one there is. No time-out: on a busy machine it could come before what the stream is there for. */
    static void endTheStream(RunningGateway gateway) {
        JsonObject stream = new JsonObject(HttpCall.get(
                                gateway.managementPort(),
                                "/streams",
                                "Authorization",
                                "Bearer " + RunningGateway.API_KEY)
                        .body())
                .getJsonArray("streams")
                .getJsonObject(0);
        int status = HttpCall.withApiKey(gateway.managementPort(), "DELETE", "/streams/" + stream.getString("id"), "")
                .statusCode();
        if (status != 200) {
            throw new AssertionError("not ended: " + status);
        }
    }

    /** A metric of the management port by its name with its labels; fails if there is none. */
    static double metric(RunningGateway gateway, String sample) {
        return request(gateway.managementPort(), "GET", "/metrics", null)
                .body()
                .lines()
                .filter(line -> line.startsWith(sample + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + sample));
    }

    /** Until that many polls wait: whoever looks for a place before could take the one that a poll is about to. */
    static void awaitWaitingPolls(RunningGateway gateway, int polls) {
        Awaitility.await().until(() -> metric(gateway, "hermes_polls_waiting") == polls);
    }

    static Answer parse(String answer) {
        int end = answer.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new AssertionError("no whole answer: " + answer);
        }
        String[] lines = answer.substring(0, end).split("\r\n", -1);
        Map<String, String> headers = Arrays.stream(lines)
                .skip(1)
                .map(line -> line.split(":", 2))
                .collect(Collectors.toMap(
                        header -> header[0].toLowerCase(Locale.ROOT),
                        header -> header[1].strip(),
                        (first, second) -> first + ", " + second,
                        LinkedHashMap::new));
        String body = answer.substring(end + 4);
        return new Answer(
                Integer.parseInt(lines[0].split(" ", 3)[1]),
                headers,
                "chunked".equals(headers.get("transfer-encoding")) ? unchunked(body) : body);
    }

    private static String unchunked(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (int at = 0; ; ) {
            int line = at;
            while (bytes[line] != '\r') {
                line++;
            }
            int length = Integer.parseInt(new String(bytes, at, line - at, StandardCharsets.US_ASCII), 16);
            if (length == 0) {
                return whole.toString(StandardCharsets.UTF_8);
            }
            whole.write(bytes, line + 2, length);
            at = line + 2 + length + 2;
        }
    }
}
