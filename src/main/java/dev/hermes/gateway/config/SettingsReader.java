package dev.hermes.gateway.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Converts written values to {@link Settings}; invalid values are noted in the findings. Blocks, since it checks
 * files.
 */
final class SettingsReader {

    /**
     * A whole message must stay below 32 MiB, where Redis' own {@code client-output-buffer-limit pubsub} disconnects
     * the receiver; and twice as much is kept in memory of messages that were heard while Redis takes no writes.
     */
    private static final long LARGEST_EVENT = 31L << 20;

    private final SettingValues values;
    private final boolean secretKeyRequired;

    SettingsReader(SettingValues values, boolean secretKeyRequired) {
        this.values = values;
        this.secretKeyRequired = secretKeyRequired;
    }

    Settings read(Catalogue catalogue) {
        boolean enabled = values.flag(Setting.HERMES_ENABLE_SSE);
        Settings.Streams streams = streams();
        Settings.Redis redis = new RedisReader(values).read();
        Settings.History history = history(redis);
        Settings.Security security = new SecurityReader(values, secretKeyRequired).read();
        HttpReader httpReader = new HttpReader(values);
        Settings.Http http = httpReader.read();
        return new Settings(
                enabled,
                streams,
                history,
                redis,
                security,
                http,
                httpReader.readManagement(http.port()),
                logging(),
                browser(),
                values.read(Setting.HERMES_DRAIN_TIMEOUT, text -> ValueParsers.duration(text, 1)),
                Duration.ofMillis(values.read(Setting.HERMES_EVENT_LOOP_LIMIT, text -> ValueParsers.count(text, 1))),
                overload(),
                Duration.ofMillis(values.read(Setting.HERMES_WARM_UP, text -> ValueParsers.count(text, 0))),
                catalogue);
    }

    private Settings.Overload overload() {
        return new Settings.Overload(
                Duration.ofMillis(values.read(Setting.HERMES_OVERLOAD_LOOP_LAG, text -> ValueParsers.count(text, 0))),
                values.read(Setting.HERMES_OVERLOAD_HEAP, ValueParsers::percent),
                values.read(Setting.HERMES_OVERLOAD_DESCRIPTORS, ValueParsers::percent));
    }

    private Settings.Streams streams() {
        return new Settings.Streams(
                values.read(Setting.HERMES_SSE_HEARTBEAT_INTERVAL, text -> ValueParsers.duration(text, 1)),
                values.read(Setting.HERMES_SSE_MAX_CONNECTIONS, text -> ValueParsers.count(text, 1)),
                new Settings.Streams.Shares(
                        share(Setting.HERMES_SSE_MAX_CONNECTIONS_PER_ADDRESS),
                        share(Setting.HERMES_SSE_MAX_CONNECTIONS_PER_USER),
                        share(Setting.HERMES_SSE_MAX_CONNECTIONS_PER_TOKEN)),
                values.read(Setting.HERMES_SSE_CONNECTION_TIMEOUT, text -> ValueParsers.duration(text, 0)),
                values.read(Setting.HERMES_SSE_STALL_TIMEOUT, text -> ValueParsers.duration(text, 1)),
                values.read(Setting.HERMES_CONFLATE_AFTER, text -> ValueParsers.count(text, 0)));
    }

    private int share(Setting setting) {
        return values.read(setting, text -> ValueParsers.count(text, 0));
    }

    private Settings.History history(Settings.Redis redis) {
        Settings.History.Store store =
                values.read(Setting.HERMES_SSE_HISTORY, text -> ValueParsers.word(Settings.History.Store.class, text));
        if (!redis.present()) {
            if (store == Settings.History.Store.REDIS && values.written(Setting.HERMES_SSE_HISTORY) != null) {
                values.invalid(Setting.HERMES_SSE_HISTORY, "memory, since HERMES_REDIS_URL is none");
            }
            store = Settings.History.Store.MEMORY;
        }
        long largestEvent =
                values.read(Setting.HERMES_MAX_EVENT_BYTES, text -> ValueParsers.bytes(text, LARGEST_EVENT));
        return new Settings.History(
                store,
                values.read(Setting.HERMES_HISTORY_MAX_EVENTS, text -> ValueParsers.count(text, 1)),
                values.read(Setting.HERMES_HISTORY_MAX_AGE, text -> ValueParsers.duration(text, 1)),
                values.read(Setting.HERMES_HISTORY_MAX_BYTES, text -> ValueParsers.bytes(text, Long.MAX_VALUE)),
                Math.toIntExact(largestEvent));
    }

    private Settings.Logging logging() {
        Settings.Logging.Level level =
                values.read(Setting.HERMES_LOG_LEVEL, text -> ValueParsers.word(Settings.Logging.Level.class, text));
        Settings.Logging.Format format =
                values.read(Setting.HERMES_LOG_FORMAT, text -> ValueParsers.word(Settings.Logging.Format.class, text));
        boolean debug = values.flag(Setting.HERMES_DEBUG);
        return new Settings.Logging(debug ? Settings.Logging.Level.DEBUG : level, format);
    }

    private Settings.Browser browser() {
        return new Settings.Browser(
                values.flag(Setting.VITE_SSE_ENABLED),
                values.read(Setting.VITE_API_BASE_URL, SettingsReader::baseUrl),
                values.flag(Setting.HERMES_PAGE));
    }

    private static @Nullable String baseUrl(String text) {
        String url = text.strip();
        String lowerCase = url.toLowerCase(Locale.ROOT);
        try {
            boolean http = lowerCase.startsWith("http://") || lowerCase.startsWith("https://");
            URI parsed = new URI(url);
            return url.startsWith("/") || (http && parsed.getHost() != null) ? url : null;
        } catch (URISyntaxException malformed) {
            return null;
        }
    }
}
