package dev.hermes.gateway.ingest;

import dev.hermes.gateway.config.Catalogue;
import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.config.KeyPattern;
import dev.hermes.gateway.event.ChannelShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which of the catalogue's channels is heard where. Immutable. */
public final class ChannelDirectory {

    /** A channel and, when it was heard by a pattern, the key in the name. */
    record Heard(ChannelShape shape, @Nullable String key) {}

    private record Listening(KeyPattern pattern, ChannelShape shape) {}

    private final Map<String, ChannelShape> byName = new HashMap<>();
    private final Map<String, ChannelShape> byExactName = new HashMap<>();
    private final Map<String, Listening> byGlob = new HashMap<>();
    private final Set<String> fields = new LinkedHashSet<>();

    public ChannelDirectory(Catalogue catalogue) {
        for (Channel channel : catalogue.channels().values()) {
            ChannelShape shape = new ChannelShape(channel.name(), channel.keyField());
            byName.put(channel.name(), shape);
            channel.heardOn().forEach(name -> byExactName.put(name, shape));
            channel.patterns().forEach(pattern -> byGlob.put(pattern.glob(), new Listening(pattern, shape)));
            fields.addAll(channel.filters());
        }
    }

    /** The shape of a channel by the catalogue's name, or null. */
    public @Nullable ChannelShape shape(String channel) {
        return byName.get(channel);
    }

    /** The fields of data that some channel filters by. */
    public Set<String> fields() {
        return fields;
    }

    /** The exact names to subscribe. */
    public List<String> names() {
        return new ArrayList<>(byExactName.keySet());
    }

    /** The patterns to subscribe. */
    public List<String> patterns() {
        return new ArrayList<>(byGlob.keySet());
    }

    /** Which channel a Redis message belongs to, or null for none. */
    @Nullable
    Heard heard(String name, @Nullable String pattern) {
        if (pattern == null) {
            ChannelShape shape = byExactName.get(name);
            return shape == null ? null : new Heard(shape, null);
        }
        Listening listening = byGlob.get(pattern);
        return listening == null
                ? null
                : new Heard(listening.shape(), listening.pattern().keyOf(name));
    }
}
