package dev.hermes.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.OutputStreamAppender;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.config.Settings.Logging.Format;
import dev.hermes.gateway.config.Settings.Logging.Level;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.helpers.MessageFormatter;

class LogSetupTest {

    @Test
    void textIsOneLineWithTimeLevelLoggerMessageAndPairs() {
        List<String> lines = written(
                Level.INFO,
                Format.TEXT,
                logging -> logging.getLogger("dev.hermes.gateway.Main")
                        .atWarn()
                        .addKeyValue("port", 9_000)
                        .log("listening host={}", "lo"));

        assertThat(lines)
                .singleElement()
                .asString()
                .matches("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z WARN  "
                        + "Main listening host=lo port=\"9000\"\\s?");
    }

    /** Else whoever supplies a text that is logged could forge lines. */
    @Test
    void textStaysOnOneLineWhateverIsLogged() {
        List<String> lines = written(
                Level.INFO,
                Format.TEXT,
                logging -> logging.getLogger("a")
                        .info("got {}", "x\r\n2026-01-01T00:00:00.000Z INFO  Main forged\u2028\u0085\u000b"));

        assertThat(lines).hasSize(1);
    }

    @Test
    void jsonIsOneObjectALineWithItsPairs() {
        List<String> lines = written(
                Level.INFO,
                Format.JSON,
                logging -> logging.getLogger("dev.hermes.gateway.Main")
                        .atWarn()
                        .addKeyValue("port", 9_000)
                        .addKeyValue("reason", "a \"quoted\"\nword")
                        .log("listening host={}", "lo"));

        assertThat(lines).hasSize(1);
        JsonObject line = new JsonObject(lines.get(0));
        assertThat(line.getString("level")).isEqualTo("WARN");
        assertThat(line.getString("logger")).isEqualTo("dev.hermes.gateway.Main");
        assertThat(line.getString("message")).isEqualTo("listening");
        assertThat(line.getString("host")).isEqualTo("lo");
        assertThat(line.getInteger("port")).isEqualTo(9_000);
        assertThat(line.getString("reason")).isEqualTo("a \"quoted\"\nword");
        assertThat(line.getInstant("timestamp")).isBetween(Instant.now().minusSeconds(60), Instant.now());
    }

    @ParameterizedTest
    @ValueSource(strings = {"no pairs at all", "ends with a=literal", "x={} and words", "half a={", "{}={}"})
    void jsonKeepsAMessageWholeThatIsNotWordsAndPairs(String message) {
        List<String> lines = written(
                Level.INFO, Format.JSON, logging -> logging.getLogger("a").info(message, "one", "two"));

        assertThat(new JsonObject(lines.get(0)).getString("message"))
                .isEqualTo(MessageFormatter.arrayFormat(message, new Object[] {"one", "two"})
                        .getMessage());
    }

    @Test
    void jsonCarriesAThrowableInItsLine() {
        List<String> lines = written(
                Level.INFO,
                Format.JSON,
                logging -> logging.getLogger("a").error("failed", new IllegalStateException("on purpose")));

        assertThat(lines).hasSize(1);
        assertThat(new JsonObject(lines.get(0)).getString("exception"))
                .startsWith("java.lang.IllegalStateException: on purpose");
    }

    @ParameterizedTest
    @CsvSource({"TRACE, 5", "DEBUG, 4", "INFO, 3", "WARN, 2", "ERROR, 1"})
    void writesFromTheConfiguredLevelOn(Level level, int expected) {
        assertThat(written(level, Format.TEXT, logging -> logAtEachLevel(logging, "dev.hermes.gateway.Main")))
                .hasSize(expected);
    }

    @ParameterizedTest
    @CsvSource({"TRACE, 4", "DEBUG, 2", "INFO, 2", "WARN, 2", "ERROR, 1"})
    void frameworksOnlyWarnUnlessTracingAndNeverTrace(Level level, int expected) {
        assertThat(written(level, Format.TEXT, logging -> logAtEachLevel(logging, "io.vertx.core.Something")))
                .hasSize(expected);
        assertThat(written(level, Format.TEXT, logging -> logAtEachLevel(logging, "io.netty.channel.Something")))
                .hasSize(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"io.vertx.redis.client.impl.RedisConnectionManager", "io.vertx.core.net.impl.ConnectionBase"})
    void whatAnybodyCanCauseAtWillIsNotToldEachTime(String name) {
        assertThat(written(Level.INFO, Format.TEXT, logging -> logAtEachLevel(logging, name)))
                .isEmpty();
        assertThat(written(Level.DEBUG, Format.TEXT, logging -> logAtEachLevel(logging, name)))
                .isEmpty();
        assertThat(written(Level.TRACE, Format.TEXT, logging -> logAtEachLevel(logging, name)))
                .hasSize(4);
    }

    @Test
    void aReaderWhoStopsReadingDoesNotStopTheGateway() throws Exception {
        CountDownLatch reads = new CountDownLatch(1);
        LoggerContext logging = context();
        LogSetup.apply(new Settings.Logging(Level.INFO, Format.TEXT), logging, appender(new OutputStream() {
            @Override
            public void write(int one) {
                try {
                    if (!reads.await(20, TimeUnit.SECONDS)) {
                        reads.countDown();
                    }
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                }
            }
        }));

        long before = System.nanoTime();
        for (int i = 0; i < 20_000; i++) {
            logging.getLogger("a").info("line");
        }

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
        reads.countDown();
        logging.stop();
    }

    @Test
    void theLastFiftyWarningsAndErrorsAreKeptNewestFirstWithoutACredential() {
        LoggerContext logging = context();
        LogSetup.apply(new Settings.Logging(Level.DEBUG, Format.TEXT), logging, appender(new ByteArrayOutputStream()));
        org.slf4j.Logger logger = logging.getLogger("dev.hermes.gateway.redis.RedisLink");
        for (int number = 1; number <= 60; number++) {
            logger.info("not kept number={}", number);
            logger.warn("kept number={}", number);
        }
        logger.atError()
                .addKeyValue("token", "sse_" + "abcDEF-_123")
                .setCause(new IllegalStateException("told\nBearer some-key-or-other"))
                .log("the last, eyJhbGciOi.eyJzdWIi.c2ln");

        JsonObject report = LogSetup.warnings(logging).report();

        assertThat(report.getInteger("logged")).isEqualTo(61);
        assertThat(report.getJsonArray("warnings")).hasSize(50);
        JsonObject last = report.getJsonArray("warnings").getJsonObject(0);
        assertThat(last.getString("level")).isEqualTo("ERROR");
        assertThat(last.getString("logger")).isEqualTo("RedisLink");
        assertThat(last.getString("message"))
                .isEqualTo("the last, *** token=\"***\" java.lang.IllegalStateException: told Bearer ***");
        assertThat(last.getInstant("at")).isBetween(Instant.now().minusSeconds(60), Instant.now());
        assertThat(report.getJsonArray("warnings").stream().map(line -> ((JsonObject) line).getString("message")))
                .startsWith(last.getString("message"), "kept number=60", "kept number=59")
                .endsWith("kept number=12");
        logging.stop();
    }

    /** When nobody reads standard output is when somebody looks here. */
    @Test
    void aWarningIsKeptAlsoWhileNobodyReadsTheLog() {
        CountDownLatch reads = new CountDownLatch(1);
        LoggerContext logging = context();
        LogSetup.apply(new Settings.Logging(Level.INFO, Format.TEXT), logging, appender(new OutputStream() {
            @Override
            public void write(int ignored) {
                try {
                    reads.await(10, TimeUnit.SECONDS);
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                }
            }
        }));
        for (int number = 0; number < 10_000; number++) {
            logging.getLogger("a").info("line");
        }

        logging.getLogger("a").warn("there");

        assertThat(LogSetup.warnings(logging).report().encode()).contains("there");
        reads.countDown();
        logging.stop();
    }

    private static void logAtEachLevel(LoggerContext logging, String name) {
        org.slf4j.Logger logger = logging.getLogger(name);
        logger.trace("line");
        logger.debug("line");
        logger.info("line");
        logger.warn("line");
        logger.error("line");
    }

    private static List<String> written(Level level, Format format, Consumer<LoggerContext> work) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        LoggerContext logging = context();
        LogSetup.apply(new Settings.Logging(level, format), logging, appender(out));
        work.accept(logging);
        logging.stop();
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static LoggerContext context() {
        LoggerContext logging = new LoggerContext();
        logging.setMDCAdapter(new LogbackMDCAdapter());
        return logging;
    }

    private static OutputStreamAppender<ILoggingEvent> appender(OutputStream out) {
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setOutputStream(out);
        return appender;
    }
}
