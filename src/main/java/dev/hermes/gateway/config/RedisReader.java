package dev.hermes.gateway.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the settings of Redis. */
final class RedisReader {

    private static final String NONE = "none";

    private final SettingValues values;

    RedisReader(SettingValues values) {
        this.values = values;
    }

    Settings.Redis read() {
        List<RedisUrl> urls = values.read(Setting.HERMES_REDIS_URL, RedisReader::urls);
        boolean cluster = values.flag(Setting.HERMES_REDIS_CLUSTER);
        String sentinelMaster = values.readIfWritten(
                Setting.HERMES_REDIS_SENTINEL_MASTER,
                text -> text.chars().anyMatch(Character::isWhitespace) ? null : text);
        if (cluster && sentinelMaster != null) {
            values.invalid(Setting.HERMES_REDIS_SENTINEL_MASTER);
        }
        if (urls.size() > 1 && !cluster && sentinelMaster == null) {
            values.invalid(
                    Setting.HERMES_REDIS_URL,
                    "one node, or several with HERMES_REDIS_SENTINEL_MASTER or HERMES_REDIS_CLUSTER=true");
        }
        Path caFile = values.readIfWritten(Setting.HERMES_REDIS_CA_FILE, ValueParsers::readableFile);
        if (caFile != null && urls.stream().noneMatch(url -> url.scheme().equals("rediss"))) {
            values.findings().warn("setting=HERMES_REDIS_CA_FILE reason=\"no node of HERMES_REDIS_URL is rediss://\"");
        }
        return new Settings.Redis(
                urls.stream().map(RedisUrl::whole).toList(), database(urls, cluster), sentinelMaster, cluster, caFile);
    }

    private int database(List<RedisUrl> urls, boolean cluster) {
        int configured = values.read(Setting.HERMES_REDIS_DB, text -> ValueParsers.count(text, 0));
        Integer inUrl = urls.isEmpty() ? null : urls.get(0).database();
        boolean written = values.written(Setting.HERMES_REDIS_DB) != null;
        if (inUrl != null && written && inUrl != configured) {
            values.invalid(Setting.HERMES_REDIS_DB);
        }
        int database = inUrl != null ? inUrl : configured;
        if (cluster && database != 0) {
            values.invalid(written ? Setting.HERMES_REDIS_DB : Setting.HERMES_REDIS_URL, "database 0 in a Cluster");
        }
        return database;
    }

    private static @Nullable List<RedisUrl> urls(String text) {
        if (text.strip().equalsIgnoreCase(NONE)) {
            return List.of();
        }
        List<String> items = ValueParsers.list(text);
        if (items == null) {
            return null;
        }
        List<RedisUrl> urls = new ArrayList<>();
        for (String item : items) {
            RedisUrl url = RedisUrl.parse(item);
            if (url == null) {
                return null;
            }
            urls.add(url);
        }
        boolean alike = urls.stream().map(RedisUrl::scheme).distinct().count() == 1
                && urls.stream()
                                .map(url -> String.valueOf(url.database()))
                                .distinct()
                                .count()
                        == 1;
        return alike ? urls : null;
    }

    /**
     * One node of {@code HERMES_REDIS_URL}. {@link #toString()} omits user and password.
     *
     * @param database the database in the path, or null
     */
    record RedisUrl(
            String scheme, String hostAndPort, @Nullable Integer database, Settings.Secret whole) {

        private static final int HIGHEST_PORT = 65_535;

        /** Scheme, user with password, host with port and path, query. */
        private static final Pattern LIKE_A_URL = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*://)(.*@)?"
                + "((?:[^@?#:/\\[]+|\\[[0-9A-Fa-f:.]+])(?::\\d+)?(?:/[^@?#]*)?)([?#].*)?");

        /** Null unless the text has the form {@code redis[s]://[user:password@]host[:port][/database]}. */
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
            return new RedisUrl(scheme, hostAndPort, database, new Settings.Secret(text));
        }

        /**
         * The list without anything that could be secret: what stands before an {@code @} or after a {@code ?}, and a
         * node that does not begin like a URL.
         */
        static String redact(String list) {
            List<String> items = ValueParsers.list(list);
            return items == null
                    ? "***"
                    : items.stream()
                            .map(text -> {
                                RedisUrl url = parse(text);
                                return url == null ? shown(text) : url.toString();
                            })
                            .reduce((left, right) -> left + "," + right)
                            .orElse("");
        }

        private static String shown(String invalid) {
            if (invalid.equalsIgnoreCase("none")) {
                return invalid;
            }
            Matcher parts = LIKE_A_URL.matcher(invalid);
            return parts.matches()
                    ? parts.group(1)
                            + (parts.group(2) == null ? "" : "***@")
                            + parts.group(3)
                            + (parts.group(4) == null ? "" : "?***")
                    : "***";
        }

        @Override
        public String toString() {
            return scheme + "://" + hostAndPort + (database == null ? "" : "/" + database);
        }
    }
}
