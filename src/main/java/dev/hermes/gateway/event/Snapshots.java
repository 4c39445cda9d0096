package dev.hermes.gateway.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Turns a snapshot that a producer keeps in Redis into event data, adding the key that otherwise stands only in the
 * Redis name.
 */
public final class Snapshots {

    private Snapshots() {}

    /**
     * The snapshot with {@code "<field>":"<id>",} inserted after its first brace, or unchanged if it has a top-level
     * member of that name; every other byte stays. Any thread may call it.
     *
     * @return null if the snapshot is not a JSON object that could be an event's data
     */
    public static @Nullable Buffer withKey(Buffer json, String field, String id) {
        byte[] bytes = json.getBytes();
        if (!StrictJson.isUtf8(bytes)) {
            return null;
        }
        try (JsonParser parser = StrictJson.parser(bytes, 0, bytes.length)) {
            if (StrictJson.firstToken(parser) != JsonToken.START_OBJECT) {
                return null;
            }
            int behindBrace = StrictJson.position(parser);
            boolean isEmpty = true;
            boolean hasKey = false;
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                isEmpty = false;
                hasKey |= name.equals(field);
                parser.nextToken();
                StrictJson.skipValue(parser, 2);
            }
            StrictJson.requireEnd(parser);
            return hasKey ? Buffer.buffer(bytes) : insert(bytes, behindBrace, member(field, id) + (isEmpty ? "" : ","));
        } catch (IOException notJson) {
            return null;
        }
    }

    private static String member(String field, String id) {
        return quoted(field) + ":" + quoted(id);
    }

    private static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    private static Buffer insert(byte[] bytes, int at, String text) {
        byte[] inserted = text.getBytes(StandardCharsets.UTF_8);
        return Buffer.buffer(bytes.length + inserted.length)
                .appendBytes(bytes, 0, at)
                .appendBytes(inserted)
                .appendBytes(bytes, at, bytes.length - at);
    }
}
