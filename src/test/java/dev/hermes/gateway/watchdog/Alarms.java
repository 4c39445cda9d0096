package dev.hermes.gateway.watchdog;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Collects alarms from what Vert.x and Netty log and from threads that die. Any thread may report here.
 *
 * <p>Vert.x has hooks for blocked threads and unhandled exceptions, but one for each Vertx instance; the log is the one
 * place where all instances of a run meet, and where Netty reports at all.
 */
final class Alarms extends AppenderBase<ILoggingEvent> {

    private static final String BLOCKED_THREADS = "io.vertx.core.impl.BlockedThreadChecker";
    private static final String LEAKS = "io.netty.util.ResourceLeakDetector";
    /** Handlers of a context, its ordered tasks, and verticles: whatever nobody handled ends in one of these. */
    private static final List<String> VERTX_LAST_RESORTS =
            List.of("io.vertx.core.impl.ContextImpl", "io.vertx.core.impl.TaskQueue");
    /** The end of a pipeline, a handler that fails while handling a failure, tasks and listeners of an event loop. */
    private static final Pattern NETTY_LAST_RESORTS =
            Pattern.compile("io\\.netty\\.channel\\.(DefaultChannelPipeline|AbstractChannelHandlerContext)"
                    + "|io\\.netty\\.util\\.concurrent\\..*");

    private static final Pattern HELD_UP = Pattern.compile("has been blocked for (\\d+) ms, time limit is (\\d+) ms");

    private final Queue<Alarm> raised = new ConcurrentLinkedQueue<>();
    private final LoopTimes loops;

    /** @param loops who says whether a loop was blocked, or the machine so busy that it did not get to run */
    Alarms(LoopTimes loops) {
        this.loops = loops;
    }

    @Override
    protected void append(ILoggingEvent event) {
        Alarm.Kind kind = kindOf(event);
        if (kind == Alarm.Kind.BLOCKED_THREAD) {
            heldUp(event);
        } else if (kind != null) {
            raised.add(Alarm.of(kind, event));
        }
    }

    private void heldUp(ILoggingEvent event) {
        Alarm alarm = Alarm.of(Alarm.Kind.BLOCKED_THREAD, event);
        Matcher numbers = HELD_UP.matcher(event.getFormattedMessage());
        if (!numbers.find()) {
            raised.add(alarm);
            return;
        }
        Duration heldUp = Duration.ofMillis(Long.parseLong(numbers.group(1)));
        if (!loops.starved(heldUp, Duration.ofMillis(Long.parseLong(numbers.group(2))))) {
            raised.add(new Alarm(alarm.kind(), alarm.text() + "\n(" + loops.told(heldUp) + ")"));
        }
    }

    void threadDied(Thread thread, Throwable thrown) {
        raised.add(Alarm.of(thread, thrown));
    }

    /** Takes out those found by the pattern and says whether there were any. */
    boolean forgive(Pattern expected) {
        return raised.removeIf(alarm -> expected.matcher(alarm.text()).find());
    }

    /** Takes out all there are. */
    List<Alarm> drain() {
        Predicate<Alarm> taken = raised::remove;
        return Stream.generate(raised::peek)
                .takeWhile(alarm -> alarm != null && taken.test(alarm))
                .toList();
    }

    private static Alarm.@Nullable Kind kindOf(ILoggingEvent event) {
        String logger = event.getLoggerName();
        if (!event.getLevel().isGreaterOrEqual(Level.WARN)) {
            return null;
        }
        if (logger.equals(BLOCKED_THREADS)) {
            return Alarm.Kind.BLOCKED_THREAD;
        }
        if (logger.equals(LEAKS)) {
            return Alarm.Kind.LEAK;
        }
        if (VERTX_LAST_RESORTS.contains(logger)) {
            return Alarm.Kind.UNHANDLED_EXCEPTION;
        }
        // A connection that breaks is the network's doing, and tests of broken networks break them.
        return NETTY_LAST_RESORTS.matcher(logger).matches() && !isBrokenConnection(event)
                ? Alarm.Kind.UNHANDLED_EXCEPTION
                : null;
    }

    private static boolean isBrokenConnection(ILoggingEvent event) {
        return event.getThrowableProxy() instanceof ThrowableProxy proxy && proxy.getThrowable() instanceof IOException;
    }
}
