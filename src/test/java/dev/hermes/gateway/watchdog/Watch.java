package dev.hermes.gateway.watchdog;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggerContextListener;
import io.netty.util.ResourceLeakDetector;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The watch over one run: attached where alarms come from when it starts, detached and judged a last time when it is
 * closed.
 */
final class Watch implements LoggerContextListener, AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** What is awaited is mostly there within a few milliseconds. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final LoopTimes loops = LoopTimes.start();
    private final Alarms alarms = new Alarms(loops);
    private final LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Thread.@Nullable UncaughtExceptionHandler handlerBefore = Thread.getDefaultUncaughtExceptionHandler();

    private Watch() {}

    static Watch start() {
        // What is awaited comes in milliseconds; how long a busy machine may take to get there is no promise of ours.
        Awaitility.setDefaultTimeout(PATIENCE);
        Awaitility.setDefaultPollInterval(LOOK_AGAIN);
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        Watch watch = new Watch();
        watch.alarms.setContext(watch.logging);
        watch.attach();
        watch.logging.addListener(watch);
        Thread.setDefaultUncaughtExceptionHandler(watch::threadDied);
        return watch;
    }

    Alarms alarms() {
        return alarms;
    }

    /** The run's end: what only now became garbage, or was reported after the last class. */
    @Override
    public void close() {
        LeakSweep.run();
        logging.removeListener(this);
        rootLogger().detachAppender(alarms);
        alarms.stop();
        loops.close();
        Thread.setDefaultUncaughtExceptionHandler(handlerBefore);
        Watchdog.failOn(alarms.drain(), "by the end of the run");
    }

    private void threadDied(Thread thread, Throwable thrown) {
        alarms.threadDied(thread, thrown);
        if (handlerBefore != null) {
            handlerBefore.uncaughtException(thread, thrown);
        }
    }

    private void attach() {
        alarms.start();
        rootLogger().addAppender(alarms);
    }

    private Logger rootLogger() {
        return logging.getLogger(Logger.ROOT_LOGGER_NAME);
    }

    /** A test that configures logging anew does not rid itself of the watch. */
    @Override
    public boolean isResetResistant() {
        return true;
    }

    @Override
    public void onReset(LoggerContext context) {
        attach();
    }

    @Override
    public void onStart(LoggerContext context) {}

    @Override
    public void onStop(LoggerContext context) {}

    @Override
    public void onLevelChange(Logger logger, Level level) {}
}
