package dev.hermes.gateway.event;

import org.jspecify.annotations.Nullable;

/**
 * What the parser must know of a channel.
 *
 * @param name the catalogue's name
 * @param keyField the field of {@code data} that is the key, or null
 */
public record ChannelShape(String name, @Nullable String keyField) {}
