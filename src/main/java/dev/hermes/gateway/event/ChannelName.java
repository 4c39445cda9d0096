package dev.hermes.gateway.event;

import org.jspecify.annotations.Nullable;

/**
 * A name of a channel in Redis, and what it means. Redis may have several names for one channel, and some names carry
 * a key.
 * @param name the name in Redis
 * @param key the key that the name carries, or null
 */
public record ChannelName(
        Shape shape, String name, @Nullable String key) {

    /** The name under which the catalogue lists the channel. */
    public static ChannelName of(Shape shape) {
        return new ChannelName(shape, shape.name(), null);
    }

    /**
     * The properties of a channel that the parser needs.
     *
     * @param name the name in the catalogue
     * @param keyField the field of {@code data} that is the key, or null
     */
    public record Shape(String name, @Nullable String keyField) {}
}
