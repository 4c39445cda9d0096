package dev.hermes.gateway.config;

import org.jspecify.annotations.Nullable;

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
