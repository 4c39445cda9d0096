package dev.hermes.gateway.ops;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Keeps the last {@value #KEPT} warnings and errors for {@code /warnings}. An appender of its own beside the queue of
 * the log, since a line is also needed here when nobody reads standard output and the queue drops it; all other lines cost
 * one comparison of levels. Any thread may log and read.
 */
final class RecentWarnings extends UnsynchronizedAppenderBase<ILoggingEvent> {

    static final String NAME = "warnings";
    private static final int KEPT = 50;
    private static final int MOST_CHARACTERS = 1_000;

    /** No line of the gateway contains a credential; lines of libraries are not ours to vouch for. */
    private static final Pattern CREDENTIAL =
            Pattern.compile("sse_[\\w-]+|eyJ[\\w-]+\\.[\\w-]*\\.?[\\w-]*|(?i)(?<=bearer )\\S+");

    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private record Line(long number, Instant at, String level, String logger, String message) {}

    private final AtomicReferenceArray<Line> ring = new AtomicReferenceArray<>(KEPT);
    private final AtomicLong logged = new AtomicLong();

    RecentWarnings(LoggerContext logging) {
        setName(NAME);
        setContext(logging);
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
            String logger = event.getLoggerName();
            long number = logged.getAndIncrement();
            ring.set(
                    (int) (number % KEPT),
                    new Line(
                            number,
                            event.getInstant(),
                            event.getLevel().toString(),
                            logger.substring(logger.lastIndexOf('.') + 1),
                            text(event)));
        }
    }

    private static String text(ILoggingEvent event) {
        StringBuilder text = new StringBuilder(event.getFormattedMessage());
        if (event.getKeyValuePairs() != null) {
            event.getKeyValuePairs().forEach(pair -> text.append(' ').append(pair));
        }
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            text.append(' ').append(thrown.getClassName()).append(": ").append(thrown.getMessage());
        }
        String line = CREDENTIAL.matcher(BLANKS.matcher(text).replaceAll(" ")).replaceAll("***");
        return line.length() > MOST_CHARACTERS ? line.substring(0, MOST_CHARACTERS) + "…" : line;
    }

    /** The number of warnings and errors that were logged since the start, and the last of them, the newest first. */
    JsonObject report() {
        JsonArray lines = new JsonArray();
        IntStream.range(0, KEPT)
                .mapToObj(ring::get)
                .filter(Objects::nonNull)
                .sorted(Comparator.comparingLong(Line::number).reversed())
                .forEach(line -> lines.add(new JsonObject()
                        .put("at", line.at().toString())
                        .put("level", line.level())
                        .put("logger", line.logger())
                        .put("message", line.message())));
        return new JsonObject().put("logged", logged.get()).put("warnings", lines);
    }
}
