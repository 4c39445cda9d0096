package dev.hermes.gateway.event;

import org.jspecify.annotations.Nullable;

/**
 * What a name under which something was said tells: Redis has several names for one channel, and some carry a key.
 *
 * @param name as Redis has it
 * @param key the key in the name, or null
 */
public record ChannelName(
        ChannelShape shape, String name, @Nullable String key) {

    /** The name that the catalogue has for the channel. */
    public static ChannelName of(ChannelShape shape) {
        return new ChannelName(shape, shape.name(), null);
    }
}
