package dev.hermes.gateway.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The channels of this deployment, in the order of the file, with unique names. Read from {@code channels.yaml}. */
public record Catalogue(Map<String, Channel> channels) {

    /** Keeps the given order; the caller has checked that the names are unique. */
    public static Catalogue of(List<Channel> channels) {
        Map<String, Channel> byName = new LinkedHashMap<>();
        channels.forEach(channel -> byName.put(channel.name(), channel));
        return new Catalogue(byName);
    }

    public Catalogue {
        channels = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(channels));
    }

    /** The channel with this name, or null. */
    public @Nullable Channel channel(String name) {
        return channels.get(name);
    }
}
