package dev.hermes.gateway.ops;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import dev.hermes.gateway.config.Settings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Where the log goes and what it looks like: standard output, one line an event, as text or as JSON.
 *
 * <p>Written by a thread of its own behind a bounded queue, because a reader of standard output who stops reading would
 * otherwise stop the event loops; what does not fit is dropped.
 */
public final class LogSetup {

    /** What belongs to one event stays on one line, whoever supplied the text: nobody forges a line. */
    private static final String TEXT =
            "%d{\"yyyy-MM-dd'T'HH:mm:ss.SSSXXX\", UTC} %-5level %logger{0} %replace(%msg %kvp){'\\s+', ' '}%n";

    private static final List<String> FRAMEWORKS = List.of("io.netty", "io.vertx", "io.micrometer");

    /** Tells with a stack trace of each attempt to reach Redis that failed what the gateway tells in a line for all. */
    private static final String TALKATIVE = "io.vertx.redis.client.impl.RedisConnectionManager";

    private static final int QUEUE = 4_096;

    private LogSetup() {}

    /**
     * Replaces whatever configuration logging has in this JVM: for a process of our own, not for somebody else's that
     * embeds the gateway. Lines still under way when the JVM exits are written by a shutdown hook, so not after {@link
     * Runtime#halt}.
     */
    public static void apply(Settings.Logging settings) {
        LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();
        apply(settings, logging, new ConsoleAppender<>());
        Runtime.getRuntime().addShutdownHook(new Thread(logging::stop, "last-log-lines"));
    }

    /** Stopping the context writes what is under way. */
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
        queue.addAppender(lines);
        queue.start();

        Level level = Level.toLevel(settings.level().name());
        Logger root = logging.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(level);
        root.addAppender(queue);
        for (String framework : FRAMEWORKS) {
            logging.getLogger(framework).setLevel(ofFrameworks(level));
        }
        logging.getLogger(TALKATIVE).setLevel(level.isGreaterOrEqual(Level.INFO) ? Level.OFF : level);
    }

    private static Level ofFrameworks(Level level) {
        if (level.isGreaterOrEqual(Level.WARN)) {
            return level;
        }
        // Their trace lines quote whole requests, and tokens stand in their queries.
        return level.isGreaterOrEqual(Level.INFO) ? Level.WARN : Level.DEBUG;
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
        JsonEncoder encoder = new JsonEncoder();
        encoder.setContext(logging);
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithContext(false);
        encoder.setWithMessage(false);
        encoder.setWithArguments(false);
        encoder.setWithFormattedMessage(true);
        encoder.start();
        return encoder;
    }
}
