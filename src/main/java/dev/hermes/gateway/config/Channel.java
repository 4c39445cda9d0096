package dev.hermes.gateway.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One channel of the catalogue.
 *
 * @param name what clients ask for and the log stores
 * @param heardOn the exact Redis channels it is heard on
 * @param patterns the Redis patterns it is heard on; their {@code *} is the key
 * @param type the usual event type
 * @param scope the scope a credential needs
 * @param keyField the field of {@code data} that names what an event is about, or null for a channel without key
 * @param filters the fields of {@code data} that a client may filter by
 * @param route the channel's own path below the base ({@code queue}; for a keyed scope {@code downloads} makes
 *     {@code /downloads/{id}}), or null
 * @param onConnect what a client without a cursor gets first
 * @param snapshotKey the Redis key of the snapshot; set exactly if {@code onConnect} is {@link OnConnect#SNAPSHOT}
 * @param catchUp what a client far behind gets
 */
public record Channel(
        String name,
        List<String> heardOn,
        List<KeyPattern> patterns,
        String type,
        ScopeRule scope,
        @Nullable String keyField,
        List<String> filters,
        @Nullable String route,
        OnConnect onConnect,
        @Nullable KeyPattern snapshotKey,
        CatchUp catchUp) {

    /** What a client without a cursor gets first. */
    public enum OnConnect {
        NOTHING,
        /** The channel's last event. */
        LAST_EVENT,
        /** On the channel's own keyed route only: the key's last event, else the snapshot key's value. */
        SNAPSHOT
    }

    /** What a client far behind gets. */
    public enum CatchUp {
        /** Everything. */
        ALL,
        /** May miss events superseded by a later one of the channel. */
        LATEST,
        /** May miss events superseded by a later one of the same key. */
        LATEST_PER_KEY
    }

    /** The scope a channel asks for: {@code queue}, or keyed, {@code download:<id>}. */
    public record ScopeRule(String word, boolean keyed) {

        /** The scope as a credential carries it; {@code key} counts only when keyed. */
        public String forKey(String key) {
            return keyed ? word + ":" + key : word;
        }

        /** As the catalogue writes it. */
        @Override
        public String toString() {
            return keyed ? word + ":<id>" : word;
        }
    }

    /**
     * A Redis name with one place for the key: {@code download:*:progress}.
     *
     * @param prefix what stands before the key
     * @param suffix what stands after it
     */
    public record KeyPattern(String prefix, String suffix) {

        /** The Redis glob. The catalogue lets no other glob character into either part. */
        public String glob() {
            return prefix + "*" + suffix;
        }

        /** The name for one key. */
        public String forKey(String key) {
            return prefix + key + suffix;
        }

        /** The key that this name carries, or null when the name is not of this form. */
        public @Nullable String keyOf(String name) {
            return name.length() > prefix.length() + suffix.length() && name.startsWith(prefix) && name.endsWith(suffix)
                    ? name.substring(prefix.length(), name.length() - suffix.length())
                    : null;
        }
    }
}
