package dev.hermes.gateway.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One channel of the catalogue.
 *
 * @param name the name that clients ask for and the log stores
 * @param heardOn the exact Redis channels from which its events come
 * @param patterns the Redis patterns from which its events come; their {@code *} is the key
 * @param type the usual event type
 * @param scope the scope a credential needs
 * @param keyField the field of {@code data} that names what an event is about, or null for a channel without keys
 * @param filters the fields of {@code data} that a client may filter by
 * @param route the channel's own path below the base ({@code queue}; with a keyed scope {@code downloads} becomes
 *     {@code /downloads/{id}}), or null
 * @param onConnect what a client without a cursor gets first
 * @param snapshotKey the Redis key of the snapshot; set if and only if {@code onConnect} is {@link
 *     OnConnect#SNAPSHOT}
 * @param catchUp what a client that is far behind gets
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
        /** The channel's latest event. */
        LAST_EVENT,
        /** Only on the channel's own keyed route: the key's latest event, or else the value of the snapshot key. */
        SNAPSHOT
    }

    /** What a client that is far behind gets. */
    public enum CatchUp {
        /** All events. */
        ALL,
        /** Events may be left out that a later event of the channel replaces. */
        LATEST,
        /** Events may be left out that a later event of the same key replaces. */
        LATEST_PER_KEY
    }

    /** The scope that a channel requires: {@code queue}, or keyed, {@code download:<id>}. */
    public record ScopeRule(String word, boolean keyed) {

        /** The scope as a credential contains it; {@code key} matters only if the scope is keyed. */
        public String forKey(String key) {
            return keyed ? word + ":" + key : word;
        }

        /** The scope as the catalogue writes it. */
        @Override
        public String toString() {
            return keyed ? word + ":<id>" : word;
        }
    }

    /**
     * A Redis name that contains a key: {@code download:*:progress}.
     *
     * @param prefix the part before the key
     * @param suffix the part after the key
     */
    public record KeyPattern(String prefix, String suffix) {

        /** The Redis glob. The catalogue allows no other glob characters in the two parts. */
        public String glob() {
            return prefix + "*" + suffix;
        }

        /** The name for one key. */
        public String forKey(String key) {
            return prefix + key + suffix;
        }

        /** The key that this name contains, or null if the name has another form. */
        public @Nullable String keyOf(String name) {
            return name.length() > prefix.length() + suffix.length() && name.startsWith(prefix) && name.endsWith(suffix)
                    ? name.substring(prefix.length(), name.length() - suffix.length())
                    : null;
        }
    }
}
