package dev.hermes.gateway.event;

import io.vertx.core.buffer.Buffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event before the log has given it an id: what a producer sent, checked. Immutable: nobody writes to {@code
 * data}.
 *
 * @param channel the channel's name in the catalogue
 * @param loggedAs the channel's name in a log outside this process: the catalogue's name, or the name in Redis if
 *     only that one carries the key
 * @param type the event type, {@code [A-Za-z0-9_.-]{1,64}} and not reserved
 * @param key what the event is about, or null
 * @param fields the scalar top-level fields of {@code data} that some filter reads, as text
 * @param data the JSON object exactly as the producer wrote it, UTF-8
 * @param timestamp the producer's timestamp, or else the time of receipt in ISO 8601
 */
public record Envelope(
        String channel,
        String loggedAs,
        String type,
        @Nullable String key,
        Map<String, String> fields,
        Buffer data,
        String timestamp) {

    /** An envelope that is logged under the channel's name in the catalogue. */
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
