package dev.hermes.gateway.event;

import io.vertx.core.buffer.Buffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a producer said, before the log has given it an id. Immutable: nobody writes to {@code data}.
 *
 * @param channel the catalogue's name of the channel
 * @param loggedAs the channel's name in a log outside this process: the catalogue's, or that of Redis where nothing else
 *     carries the key
 * @param type the event type, {@code [A-Za-z0-9_.-]{1,64}} and not reserved
 * @param key what the event is about, or null
 * @param fields the scalar top-level fields of {@code data} that somebody looks at, as text
 * @param data the JSON object exactly as the producer wrote it, UTF-8
 * @param timestamp the producer's, else when it was received, ISO 8601
 */
public record Envelope(
        String channel,
        String loggedAs,
        String type,
        @Nullable String key,
        Map<String, String> fields,
        Buffer data,
        String timestamp) {

    /** Under the catalogue's name. */
    public Envelope(
            String channel,
            String type,
            @Nullable String key,
            Map<String, String> fields,
            Buffer data,
            String timestamp) {
        this(channel, channel, type, key, fields, data, timestamp);
    }
}
