package dev.hermes.gateway.contract;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** Whatever is logged between two moments: the gateway's own lines at their most talkative, others' from info. */
public final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private static final String BLOCKED_THREADS = "io.vertx.core.impl.BlockedThreadChecker";

    private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();
    private final LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger own = logging.getLogger("dev.hermes");
    private final Logger root = logging.getLogger(Logger.ROOT_LOGGER_NAME);
    private final Level ownBefore = own.getLevel();
    private final Level rootBefore = root.getLevel();

    private LogLines() {
        setContext(logging);
    }

    public static LogLines capture() {
        LogLines lines = new LogLines();
        lines.start();
        lines.own.setLevel(Level.TRACE);
        lines.root.setLevel(Level.INFO);
        lines.root.addAppender(lines);
        return lines;
    }

    @Override
    protected void append(ILoggingEvent event) {
        events.add(event);
    }

    /** Each with its key-value pairs and its stack trace. */
    public List<String> all() {
        return events.stream().map(LogLines::text).toList();
    }

    /** Those at warn and above; but not of loops that were held up, which the watchdog judges for all tests. */
    public List<String> warnings() {
        return events.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .filter(event -> !event.getLoggerName().equals(BLOCKED_THREADS))
                .map(LogLines::text)
                .toList();
    }

    private static String text(ILoggingEvent event) {
        String thrown = event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
        return event.getLevel() + " " + event.getLoggerName() + " " + event.getFormattedMessage() + " "
                + event.getKeyValuePairs() + " " + event.getMDCPropertyMap() + " " + thrown;
    }

    @Override
    public void close() {
        root.detachAppender(this);
        stop();
        own.setLevel(ownBefore);
        root.setLevel(rootBefore);
    }
}
