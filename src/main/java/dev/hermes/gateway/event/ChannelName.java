package dev.hermes.gateway.event;

import org.jspecify.annotations.Nullable;

/**
 * What a name under which something was said tells: Redis has several names for one channel, and some carry a key.
 *
 * @param name as Redis has it
 * @param key the key in the name, or null
 */
public record ChannelName(
        Shape shape, String name, @Nullable String key) {

    /** The name that the catalogue has for the channel. */
    public static ChannelName of(Shape shape) {
        return new ChannelName(shape, shape.name(), null);
    }

    /**
     * What the parser must know of a channel.
     *
     * @param name the catalogue's name
     * @param keyField the field of {@code data} that is the key, or null
     */
    public record Shape(String name, @Nullable String keyField) {}
}
