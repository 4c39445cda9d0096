package dev.hermes.gateway.event;

import io.vertx.core.buffer.Buffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a producer said, before the log has given it an id. Immutable: nobody writes to {@code data}.
 *
 * @param channel the catalogue's name of the channel
 * @param type the event type, {@code [A-Za-z0-9_.-]{1,64}} and not reserved
 * @param key what the event is about, or null
 * @param fields the scalar top-level fields of {@code data} that some channel filters by, as text
 * @param data the JSON object exactly as the producer wrote it, UTF-8
 * @param timestamp the producer's, else when it was received, ISO 8601
 */
public record Envelope(
        String channel, String type, @Nullable String key, Map<String, String> fields, Buffer data, String timestamp) {}
