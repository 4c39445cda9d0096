package dev.hermes.gateway.fuzz;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import dev.hermes.gateway.watchdog.TurnWatch;
import io.netty.util.internal.PlatformDependent;
import io.vertx.core.Vertx;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** What a gateway must not do whatever it is told: log an error or a stack trace, hold up a loop, or keep memory. */
final class Health implements AutoCloseable {

    private static final Duration TURN_LIMIT = Duration.ofMillis(100);
    private static final int MOST_TOLD = 20;

    /** What the caches of tokens, the newest events and the pools of buffers may still fill by. */
    private static final long MEBIBYTE = 1L << 20;

    private static final long HEAP_ROOM = 32 * MEBIBYTE;
    private static final long DIRECT_ROOM = 32 * MEBIBYTE;

    /** In bytes, after a full collection. */
    record Memory(long heap, long direct) {

        static Memory now() {
            System.gc();
            System.gc();
            long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(pool -> pool.getName().equals("direct"))
                    .mapToLong(BufferPoolMXBean::getMemoryUsed)
                    .sum();
            return new Memory(
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                    // Netty makes its own past the JVM's count where it can.
                    direct + Math.max(0, PlatformDependent.usedDirectMemory()));
        }

        @Nullable
        String grownSince(Memory before) {
            boolean flat = heap - before.heap <= HEAP_ROOM && direct - before.direct <= DIRECT_ROOM;
            return flat ? null : "memory grew from " + before + " to " + this;
        }

        @Override
        public String toString() {
            return "heap " + heap / MEBIBYTE + " MiB, direct " + direct / MEBIBYTE + " MiB";
        }
    }

    private final LogTrap logged = new LogTrap();
    private final Vertx vertx;
    private @Nullable TurnWatch turns;

    private Health(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Looks at the log from now on. */
    static Health of(Vertx vertx) {
        Health health = new Health(vertx);
        health.logged.attach();
        return health;
    }

    /** Looks at the loops from now on: what runs for the first time is slow in every JVM. */
    void watchLoops() {
        turns = TurnWatch.start(vertx, TURN_LIMIT);
    }

    /** What was wrong since it was last asked. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        for (String line = logged.lines.poll(); line != null; line = logged.lines.poll()) {
            faults.add(line);
        }
        TurnWatch watch = turns;
        if (watch != null) {
            faults.addAll(watch.drain());
        }
        return faults;
    }

    Duration longestTurn() {
        TurnWatch watch = turns;
        return watch == null ? Duration.ZERO : watch.longest();
    }

    /** Before the loops end. */
    void watchLoopsNoMore() {
        TurnWatch watch = turns;
        if (watch != null) {
            watch.close();
        }
    }

    @Override
    public void close() {
        logged.detach();
    }

    private static final class LogTrap extends AppenderBase<ILoggingEvent> {

        /** The watchdog of the tests judges it, and can tell a loop that was not let run. */
        private static final String BLOCKED_THREADS = "io.vertx.core.impl.BlockedThreadChecker";

        private final Queue<String> lines = new ConcurrentLinkedQueue<>();
        private final AtomicInteger count = new AtomicInteger();
        private final LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();

        void attach() {
            setContext(logging);
            start();
            logging.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(this);
        }

        void detach() {
            logging.getLogger(Logger.ROOT_LOGGER_NAME).detachAppender(this);
            stop();
        }

        @Override
        protected void append(ILoggingEvent event) {
            boolean bad = event.getLevel().isGreaterOrEqual(Level.ERROR) || event.getThrowableProxy() != null;
            if (bad && !event.getLoggerName().equals(BLOCKED_THREADS) && count.incrementAndGet() <= MOST_TOLD) {
                String trace =
                        event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
                lines.add("logged " + event.getLevel() + " " + event.getLoggerName() + " " + event.getFormattedMessage()
                        + " " + trace);
            }
        }
    }
}
