package dev.hermes.gateway.watchdog;

import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxThread;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import java.util.stream.Collectors;

/**
 * Looks at every event loop of a Vert.x a hundred times a second, and says which was busy with one turn for longer than it may
 * be, on its own account: without the time it stood in line for a processor, and without that of the garbage collector. Looks
 * from a thread of its own; may be asked from any thread.
 */
public final class TurnWatch implements AutoCloseable {

    private static final long EVERY_MILLIS = 10;
    private static final int MOST_TOLD = 20;
    private static final Path THIS_THREAD = Path.of("/proc/thread-self");

    private final List<Loop> loops = new ArrayList<>();
    private final Timer timer = new Timer("turn-watch", true);
    private final long limitNanos;
    private final List<String> told = new ArrayList<>();
    private long longestNanos;

    private TurnWatch(Duration limit) {
        this.limitNanos = limit.toNanos();
    }

    /** From now on. */
    public static TurnWatch start(Vertx vertx, Duration limit) {
        TurnWatch watch = new TurnWatch(limit);
        for (EventExecutor executor : ((VertxInternal) vertx).nettyEventLoopGroup()) {
            watch.loops.add(
                    executor.submit(Loop::ofThisThread).syncUninterruptibly().getNow());
        }
        watch.timer.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        watch.loops.forEach(watch::look);
                    }
                },
                0,
                EVERY_MILLIS);
        return watch;
    }

    /** A loop, and the turn it was last seen in. Used by the watching thread only. */
    private static final class Loop {

        private final VertxThread thread;
        private final String number;
        private CpuTimes times = CpuTimes.NONE;
        private long collected;

        /** When the turn began, 0 for none, and what stood there before it. */
        private long began;

        private CpuTimes timesBefore = CpuTimes.NONE;
        private long collectedBefore;
        private long seenNanos;
        private StackTraceElement[] doing = {};

        private Loop(VertxThread thread, String number) {
            this.thread = thread;
            this.number = number;
        }

        static Loop ofThisThread() {
            try {
                return new Loop(
                        (VertxThread) Thread.currentThread(),
                        Files.readSymbolicLink(THIS_THREAD).getFileName().toString());
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    private void look(Loop loop) {
        long turn = loop.thread.startTime();
        long now = System.nanoTime();
        CpuTimes before = loop.times;
        long collectedBefore = loop.collected;
        loop.times = CpuTimes.ofThread(loop.number);
        loop.collected = collectedNanos();
        if (turn != loop.began) {
            if (loop.began != 0 && loop.seenNanos > loop.began) {
                // Only now, since the kernel counts how long a thread stood in line when it gets its turn.
                ended(loop);
            }
            loop.began = turn;
            loop.timesBefore = before;
            loop.collectedBefore = collectedBefore;
            loop.doing = new StackTraceElement[0];
        }
        if (turn != 0) {
            loop.seenNanos = now;
            if (loop.doing.length == 0 && now - turn > limitNanos) {
                loop.doing = loop.thread.getStackTrace();
            }
        }
    }

    private synchronized void ended(Loop loop) {
        long own = loop.seenNanos
                - loop.began
                - loop.times.since(loop.timesBefore).waitedNanos()
                - (loop.collected - loop.collectedBefore);
        longestNanos = Math.max(longestNanos, own);
        if (own > limitNanos && told.size() < MOST_TOLD) {
            told.add(loop.thread.getName() + " was busy with one turn for " + own / 1_000_000 + " ms, was at\n"
                    + Arrays.stream(loop.doing).map(each -> "    " + each).collect(Collectors.joining("\n")));
        }
    }

    /** How long the collector has run so far. */
    static long collectedNanos() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                        .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                        .sum()
                * 1_000_000;
    }

    /** The longest turn so far, on the loop's own account; those too short to be seen count as none. */
    public synchronized Duration longest() {
        return Duration.ofNanos(longestNanos);
    }

    /** Takes out what was found since it was last asked. */
    public synchronized List<String> drain() {
        List<String> found = List.copyOf(told);
        told.clear();
        return found;
    }

    @Override
    public void close() {
        timer.cancel();
    }
}
