package dev.hermes.gateway.config;

/**
 * What is written to the log.
 *
 * @param level {@code HERMES_LOG_LEVEL}; {@code HERMES_DEBUG=true} makes it {@link Level#DEBUG}
 * @param format {@code HERMES_LOG_FORMAT}
 */
public record LoggingSettings(Level level, Format format) {

    public enum Level {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    public enum Format {
        TEXT,
        JSON
    }
}
