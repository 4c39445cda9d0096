package dev.hermes.gateway.ingest;

import dev.hermes.gateway.config.Catalogue;
import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.event.ChannelName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Maps names of Redis channels and of log entries to the channels of the catalogue. Immutable. */
public final class ChannelDirectory {

    /** The field that says whether further events of a key are to be expected. */
    private static final String STATUS = "status";

    private record SubscribedPattern(Channel.KeyPattern pattern, ChannelName.Shape shape) {}

    private final Map<String, ChannelName.Shape> byName = new HashMap<>();
    private final Map<String, ChannelName.Shape> byExactName = new HashMap<>();
    private final Map<String, SubscribedPattern> byGlob = new HashMap<>();
    private final Set<String> fields = new LinkedHashSet<>();
    private final Set<String> recalled = new LinkedHashSet<>();

    public ChannelDirectory(Catalogue catalogue) {
        for (Channel channel : catalogue.channels().values()) {
            ChannelName.Shape shape = new ChannelName.Shape(channel.name(), channel.keyField());
            byName.put(channel.name(), shape);
            channel.heardOn().forEach(name -> byExactName.put(name, shape));
            channel.patterns().forEach(pattern -> byGlob.put(pattern.glob(), new SubscribedPattern(pattern, shape)));
            fields.addAll(channel.filters());
            if (channel.onConnect() != Channel.OnConnect.NOTHING) {
                recalled.add(channel.name());
            }
            if (channel.catchUp() != Channel.CatchUp.ALL) {
                fields.add(STATUS);
            }
        }
    }

    /** The shape of the channel with this name in the catalogue, or null. */
    public ChannelName.@Nullable Shape shape(String channel) {
        return byName.get(channel);
    }

    /** The fields of event data that some filter reads, or that decide whether an event may be left out. */
    public Set<String> fields() {
        return fields;
    }

    /** The channels of which a client is sent something on connect. */
    public Set<String> recalled() {
        return recalled;
    }

    /** The exact names to subscribe. */
    public List<String> names() {
        return new ArrayList<>(byExactName.keySet());
    }

    /** The patterns to subscribe. */
    public List<String> patterns() {
        return new ArrayList<>(byGlob.keySet());
    }

    /** The channel that a Redis message belongs to, or null for none. */
    @Nullable
    ChannelName ofMessage(String name, @Nullable String pattern) {
        if (pattern == null) {
            ChannelName.Shape shape = byExactName.get(name);
            return shape == null ? null : new ChannelName(shape, name, null);
        }
        SubscribedPattern subscribed = byGlob.get(pattern);
        return subscribed == null
                ? null
                : new ChannelName(subscribed.shape(), name, subscribed.pattern().keyOf(name));
    }

    /** The channel of a log entry with this channel name, or null for none. */
    public @Nullable ChannelName logged(String name) {
        ChannelName.Shape shape = byName.get(name);
        if (shape != null) {
            return ChannelName.of(shape);
        }
        for (SubscribedPattern subscribed : byGlob.values()) {
            String key = subscribed.pattern().keyOf(name);
            if (key != null) {
                return new ChannelName(subscribed.shape(), name, key);
            }
        }
        return ofMessage(name, null);
    }
}
