package dev.hermes.gateway.delivery;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads bytes as a browser would: chunks by RFC 9112 §7.1, then the event stream by WHATWG HTML §9.2.6. */
final class SseReader {

    /**
     * @param id what an EventSource would resume from after this message; empty before the first id
     * @param movesCursor whether this message itself carried an id
     * @param retry of this message's block, or null
     */
    record Message(
            String id,
            boolean movesCursor,
            String type,
            String data,
            @Nullable Integer retry) {

        JsonObject json() {
            return new JsonObject(data);
        }
    }

    private final List<Message> messages = new ArrayList<>();
    private final StringBuilder data = new StringBuilder();
    private String lastId = "";
    private String type = "";
    private boolean movesCursor;
    private @Nullable Integer retry;

    private SseReader() {}

    static List<Message> readChunked(byte[] body) {
        return read(unchunk(body));
    }

    static List<Message> read(byte[] stream) {
        SseReader reader = new SseReader();
        String text = new String(stream, StandardCharsets.UTF_8);
        int lineStart = 0;
        for (int index = 0; index < text.length(); index++) {
            char c = text.charAt(index);
            if (c == '\r' || c == '\n') {
                reader.line(text.substring(lineStart, index));
                if (c == '\r' && index + 1 < text.length() && text.charAt(index + 1) == '\n') {
                    index++;
                }
                lineStart = index + 1;
            }
        }
        return reader.messages;
    }

    /** The body so far; an incomplete chunk at the end is left out. */
    static byte[] unchunk(byte[] body) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        int at = 0;
        while (true) {
            int lineEnd = at;
            while (lineEnd < body.length && body[lineEnd] != '\r') {
                lineEnd++;
            }
            if (lineEnd + 2 > body.length) {
                return content.toByteArray();
            }
            int size = Integer.parseInt(new String(body, at, lineEnd - at, StandardCharsets.US_ASCII), 16);
            int start = lineEnd + 2;
            if (start + size + 2 > body.length) {
                return content.toByteArray();
            }
            if (body[lineEnd + 1] != '\n' || body[start + size] != '\r' || body[start + size + 1] != '\n') {
                throw new AssertionError("malformed chunk at " + at);
            }
            content.write(body, start, size);
            at = start + size + 2;
        }
    }

    private void line(String line) {
        if (line.isEmpty()) {
            dispatch();
            return;
        }
        int colon = line.indexOf(':');
        String field = colon < 0 ? line : line.substring(0, colon);
        String value = colon < 0 ? "" : line.substring(colon + 1);
        if (value.startsWith(" ")) {
            value = value.substring(1);
        }
        switch (field) {
            case "event" -> type = value;
            case "data" -> data.append(value).append('\n');
            case "id" -> {
                if (value.indexOf('\0') < 0) {
                    lastId = value;
                    movesCursor = true;
                }
            }
            case "retry" -> retry = Integer.valueOf(value);
            default -> throw new AssertionError("a field that the gateway never sends: " + line);
        }
    }

    private void dispatch() {
        if (!data.isEmpty()) {
            data.setLength(data.length() - 1);
            messages.add(new Message(lastId, movesCursor, type.isEmpty() ? "message" : type, data.toString(), retry));
        }
        data.setLength(0);
        type = "";
        movesCursor = false;
        retry = null;
    }
}
