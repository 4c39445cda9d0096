package dev.hermes.gateway.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One node of {@code HERMES_REDIS_URL}. {@link #toString()} leaves out user and password.
 *
 * @param database the database in the path, or null
 */
record RedisUrl(String scheme, String hostAndPort, @Nullable Integer database, Secret whole) {

    private static final int HIGHEST_PORT = 65_535;

    /** Null unless it is {@code redis[s]://[user:password@]host[:port][/database]}. */
    static @Nullable RedisUrl parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException malformed) {
            return null;
        }
        String scheme = uri.getScheme();
        String host = uri.getHost();
        boolean allowed = ("redis".equals(scheme) || "rediss".equals(scheme))
                && host != null
                && uri.getPort() <= HIGHEST_PORT
                && uri.getPort() != 0
                && uri.getQuery() == null
                && uri.getFragment() == null;
        if (!allowed) {
            return null;
        }
        String path = uri.getPath() == null ? "" : uri.getPath();
        Integer database = path.length() > 1 ? ValueParsers.count(path.substring(1), 0) : null;
        if (path.length() > 1 && database == null) {
            return null;
        }
        String hostAndPort = uri.getPort() < 0 ? host : host + ":" + uri.getPort();
        return new RedisUrl(scheme, hostAndPort, database, new Secret(text));
    }

    /** The list without what could be a secret: a node that cannot be read is hidden whole. */
    static String redact(String list) {
        List<String> items = ValueParsers.list(list);
        return items == null
                ? "***"
                : items.stream()
                        .map(text -> {
                            RedisUrl url = parse(text);
                            return url == null ? "***" : url.toString();
                        })
                        .reduce((left, right) -> left + "," + right)
                        .orElse("");
    }

    @Override
    public String toString() {
        return scheme + "://" + hostAndPort + (database == null ? "" : "/" + database);
    }
}
