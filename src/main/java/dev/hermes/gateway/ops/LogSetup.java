package dev.hermes.gateway.ops;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import dev.hermes.gateway.config.Settings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.slf4j.LoggerFactory;

/**
 * Configures the log: on standard output, one line per event, as text or as JSON.
 *
 * <p>A thread of its own writes the lines from a bounded queue, since otherwise a reader of standard output that
 * stops reading would stop the event loops. Lines that do not fit into the queue are dropped.
 */
public final class LogSetup {

    /**
     * Keeps each event on one line, whatever its text, so that nobody can forge a line. A single blank is not replaced by
     * another: a line has many.
     */
    private static final String TEXT =
            "%d{\"yyyy-MM-dd'T'HH:mm:ss.SSSXXX\", UTC} %-5level %logger{0} %replace(%msg %kvp){'\\s\\s+|[^\\S ]', ' '}%n";

    /** How long the end of the process waits for its last lines to be written; not for ever, since nobody may read them. */
    private static final int LAST_LINES_MILLIS = 5_000;

    private static final List<String> FRAMEWORKS = List.of("io.netty", "io.vertx");

    /**
     * Loggers of what anybody can cause as often as he likes. The first reports each failed attempt to reach Redis with a
     * stack trace, for all of which the gateway itself logs one line. The other reports, as an error, each HTTP/2 client
     * that does not begin with valid SETTINGS (RFC 9113 §3.4); no handler can be set on its connection before that.
     */
    private static final List<String> TALKATIVE =
            List.of("io.vertx.redis.client.impl.RedisConnectionManager", "io.vertx.core.net.impl.ConnectionBase");

    private static final int QUEUE = 4_096;

    private LogSetup() {}

    /**
     * Replaces any logging configuration in this JVM; meant for the gateway's own process, not for an application
     * that embeds it. A shutdown hook writes the lines still queued when the JVM exits, but not after {@link
     * Runtime#halt}.
     */
    public static void apply(Settings.Logging settings) {
        LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();
        apply(settings, logging, new ConsoleAppender<>());
        Runtime.getRuntime().addShutdownHook(new Thread(logging::stop, "last-log-lines"));
    }

    /** Stopping the context writes the queued lines. */
    static void apply(Settings.Logging settings, LoggerContext logging, OutputStreamAppender<ILoggingEvent> lines) {
        logging.reset();

        lines.setContext(logging);
        lines.setEncoder(encoder(settings.format(), logging));
        lines.start();

        AsyncAppender queue = new AsyncAppender();
        queue.setName("log");
        queue.setContext(logging);
        queue.setQueueSize(QUEUE);
        queue.setDiscardingThreshold(0);
        queue.setNeverBlock(true);
        queue.setMaxFlushTime(LAST_LINES_MILLIS);
        queue.addAppender(lines);
        queue.start();

        RecentWarnings warnings = new RecentWarnings(logging);
        warnings.start();

        logging.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(queue);
        logging.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(warnings);
        level(settings.level(), logging);
    }

    /** Changes what is logged from now on. Any thread. */
    public static void level(Settings.Logging.Level wanted) {
        level(wanted, (LoggerContext) LoggerFactory.getILoggerFactory());
    }

    /** Logs nothing until the {@link #level} is set again. Any thread. */
    public static void silence() {
        LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();
        logging.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
        FRAMEWORKS.forEach(framework -> logging.getLogger(framework).setLevel(Level.OFF));
        TALKATIVE.forEach(talkative -> logging.getLogger(talkative).setLevel(Level.OFF));
    }

    /** The warnings and errors that are kept; fails unless {@link #apply} has configured the log of this JVM. */
    static RecentWarnings warnings() {
        return warnings((LoggerContext) LoggerFactory.getILoggerFactory());
    }

    static RecentWarnings warnings(LoggerContext logging) {
        return (RecentWarnings) Objects.requireNonNull(
                logging.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(RecentWarnings.NAME));
    }

    /** What is logged now: of the levels of the settings the one that the root logger has. */
    static Settings.Logging.Level level() {
        LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();
        return Settings.Logging.Level.valueOf(
                logging.getLogger(Logger.ROOT_LOGGER_NAME).getEffectiveLevel().toString());
    }

    private static void level(Settings.Logging.Level wanted, LoggerContext logging) {
        Level level = Level.toLevel(wanted.name());
        logging.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(level);
        for (String framework : FRAMEWORKS) {
            logging.getLogger(framework).setLevel(ofFrameworks(level));
        }
        Level ofTalkative = level.isGreaterOrEqual(Level.DEBUG) ? Level.OFF : Level.DEBUG;
        TALKATIVE.forEach(talkative -> logging.getLogger(talkative).setLevel(ofTalkative));
    }

    private static Level ofFrameworks(Level level) {
        if (level.isGreaterOrEqual(Level.WARN)) {
            return level;
        }
        // At debug one looks for what the gateway does, which their lines would bury. Never trace: there they quote
        // whole requests, whose queries contain tokens.
        return level.isGreaterOrEqual(Level.DEBUG) ? Level.WARN : Level.DEBUG;
    }

    private static Encoder<ILoggingEvent> encoder(Settings.Logging.Format format, LoggerContext logging) {
        return switch (format) {
            case TEXT -> text(logging);
            case JSON -> json(logging);
        };
    }

    private static Encoder<ILoggingEvent> text(LoggerContext logging) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(logging);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setPattern(TEXT);
        encoder.start();
        return encoder;
    }

    private static Encoder<ILoggingEvent> json(LoggerContext logging) {
        JsonLines encoder = new JsonLines();
        encoder.setContext(logging);
        encoder.start();
        return encoder;
    }
}
