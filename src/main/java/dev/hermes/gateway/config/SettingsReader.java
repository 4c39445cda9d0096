package dev.hermes.gateway.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Turns written values into {@link Settings}; what is not allowed is noted in the findings. Blocks: looks at files. */
final class SettingsReader {

    /**
     * A message as a whole must stay below 32 MiB, at which Redis' own {@code client-output-buffer-limit pubsub} cuts off
     * whoever it is for; and twice as much is held of what Redis has heard and does not take.
     */
    private static final long LARGEST_EVENT = 31L << 20;

    private final Values values;
    private final boolean secretKeyRequired;

    SettingsReader(Values values, boolean secretKeyRequired) {
        this.values = values;
        this.secretKeyRequired = secretKeyRequired;
    }

    Settings read(Catalogue catalogue) {
        boolean enabled = values.flag(Setting.HERMES_ENABLE_SSE);
        StreamSettings streams = streams();
        RedisSettings redis = new RedisReader(values).read();
        HistorySettings history = history(redis);
        SecuritySettings security = new SecurityReader(values, secretKeyRequired).read();
        HttpReader httpReader = new HttpReader(values);
        HttpSettings http = httpReader.read();
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
                values.read(Setting.HERMES_DRAIN_TIMEOUT, text -> Texts.duration(text, 1)),
                Duration.ofMillis(values.read(Setting.HERMES_EVENT_LOOP_LIMIT, text -> Texts.count(text, 1))),
                catalogue);
    }

    private StreamSettings streams() {
        return new StreamSettings(
                values.read(Setting.HERMES_SSE_HEARTBEAT_INTERVAL, text -> Texts.duration(text, 1)),
                values.read(Setting.HERMES_SSE_MAX_CONNECTIONS, text -> Texts.count(text, 1)),
                values.read(Setting.HERMES_SSE_MAX_CONNECTIONS_PER_ADDRESS, text -> Texts.count(text, 0)),
                values.read(Setting.HERMES_SSE_CONNECTION_TIMEOUT, text -> Texts.duration(text, 0)),
                values.read(Setting.HERMES_SSE_STALL_TIMEOUT, text -> Texts.duration(text, 1)),
                values.read(Setting.HERMES_CONFLATE_AFTER, text -> Texts.count(text, 0)));
    }

    private HistorySettings history(RedisSettings redis) {
        HistorySettings.Store store =
                values.read(Setting.HERMES_SSE_HISTORY, text -> Texts.word(HistorySettings.Store.class, text));
        if (!redis.present()) {
            if (store == HistorySettings.Store.REDIS && values.written(Setting.HERMES_SSE_HISTORY) != null) {
                values.refuse(Setting.HERMES_SSE_HISTORY, "memory, since HERMES_REDIS_URL is none");
            }
            store = HistorySettings.Store.MEMORY;
        }
        long largestEvent = values.read(Setting.HERMES_MAX_EVENT_BYTES, text -> Texts.bytes(text, LARGEST_EVENT));
        return new HistorySettings(
                store,
                values.read(Setting.HERMES_HISTORY_MAX_EVENTS, text -> Texts.count(text, 1)),
                values.read(Setting.HERMES_HISTORY_MAX_AGE, text -> Texts.duration(text, 1)),
                values.read(Setting.HERMES_HISTORY_MAX_BYTES, text -> Texts.bytes(text, Long.MAX_VALUE)),
                Math.toIntExact(largestEvent));
    }

    private LoggingSettings logging() {
        LoggingSettings.Level level =
                values.read(Setting.HERMES_LOG_LEVEL, text -> Texts.word(LoggingSettings.Level.class, text));
        LoggingSettings.Format format =
                values.read(Setting.HERMES_LOG_FORMAT, text -> Texts.word(LoggingSettings.Format.class, text));
        boolean debug = values.flag(Setting.HERMES_DEBUG);
        return new LoggingSettings(debug ? LoggingSettings.Level.DEBUG : level, format);
    }

    private BrowserSettings browser() {
        return new BrowserSettings(
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
