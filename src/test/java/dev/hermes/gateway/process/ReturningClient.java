package dev.hermes.gateway.process;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One of a {@link Crowd}: reads a stream's chunks and frames from the socket, and when it ends comes back where it was.
 * Confined to the crowd's loop.
 */
final class ReturningClient {

    private static final long FIRST_RETRY_MILLIS = 3_000;

    private final Crowd crowd;
    private final StringBuilder bytes = new StringBuilder();
    private final StringBuilder text = new StringBuilder();
    private Promise<Void> opened = Promise.promise();
    private boolean headRead;
    private boolean connected;
    private @Nullable String lastId;
    private long retryMillis = FIRST_RETRY_MILLIS;
    private int next;

    ReturningClient(Crowd crowd) {
        this.crowd = crowd;
    }

    /** Completes when it is connected, or was told to come back later. */
    Future<Void> open() {
        opened = Promise.promise();
        bytes.setLength(0);
        text.setLength(0);
        headRead = false;
        Future<Void> connecting = crowd.connect().map(socket -> {
            begin(socket);
            return null;
        });
        return connecting.compose(begun -> opened.future());
    }

    /** Whether it has a stream. */
    boolean connected() {
        return connected;
    }

    /** The number that it has not seen yet. */
    int next() {
        return next;
    }

    private void begin(NetSocket socket) {
        socket.handler(this::read);
        socket.exceptionHandler(reset -> {});
        socket.closeHandler(closed -> {
            connected = false;
            opened.tryComplete();
            crowd.returnAfter(this, retryMillis);
        });
        String credential = crowd.credential();
        boolean token = credential.startsWith("sse_");
        socket.write("GET /api/v1/events/queue" + (token ? "?token=" + credential : "") + " HTTP/1.1\r\n"
                + "Host: localhost\r\nAccept: text/event-stream\r\nConnection: close\r\n"
                + (token ? "" : "Authorization: Bearer " + credential + "\r\n")
                + (lastId == null ? "" : "Last-Event-ID: " + lastId + "\r\n") + "\r\n");
    }

    private void read(Buffer received) {
        bytes.append(received.toString(StandardCharsets.ISO_8859_1));
        if (!headRead) {
            int end = bytes.indexOf("\r\n\r\n");
            if (end < 0) {
                return;
            }
            if (!bytes.substring(0, end).startsWith("HTTP/1.1 200")) {
                crowd.problem("answered " + bytes);
            }
            headRead = true;
            bytes.delete(0, end + 4);
        }
        while (readChunk()) {
            readFrames();
        }
    }

    private boolean readChunk() {
        int line = bytes.indexOf("\r\n");
        if (line < 0) {
            return false;
        }
        int size = Integer.parseInt(bytes.substring(0, line), 16);
        int end = line + 2 + size + 2;
        if (size == 0 || bytes.length() < end) {
            return false;
        }
        text.append(bytes, line + 2, end - 2);
        bytes.delete(0, end);
        return true;
    }

    private void readFrames() {
        for (int end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
            Map<String, String> frame = new HashMap<>();
            for (String line : text.substring(0, end).split("\n", -1)) {
                int colon = line.indexOf(": ");
                frame.put(line.substring(0, colon), line.substring(colon + 2));
            }
            text.delete(0, end + 2);
            take(frame);
        }
    }

    private void take(Map<String, String> frame) {
        lastId = frame.getOrDefault("id", lastId);
        retryMillis = Long.parseLong(frame.getOrDefault("retry", Long.toString(retryMillis)));
        String data = frame.getOrDefault("data", "");
        String event = frame.getOrDefault("event", "message");
        switch (event) {
            case "connected" -> {
                connected = true;
                opened.tryComplete();
            }
            case "queue_update" -> {
                int number = Integer.parseInt(data.replaceAll("[^0-9]", ""));
                if (number != next) {
                    crowd.problem("expected " + next + ", came " + number);
                }
                next = number + 1;
            }
            case "closing", "unavailable" -> crowd.ended(data.replaceAll(".*\"(?:reason|code)\":\"(\\w+)\".*", "$1"));
            case "heartbeat" -> {}
            default -> {
                if (!crowd.expects(event)) {
                    crowd.problem("came " + frame);
                }
            }
        }
    }
}
