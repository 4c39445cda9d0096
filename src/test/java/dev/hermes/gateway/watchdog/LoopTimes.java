package dev.hermes.gateway.watchdog;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells an event loop that was held up by its own work from one that the machine did not let run. Looks at the times of all
 * event loops five times a second, on a thread of its own; may be asked from any thread.
 *
 * <p>Loops of several Vert.x have the same names, so it cannot be said which one is meant. But one that stood in line for
 * a processor as good as all the time that it did not run was not waiting for anything else.
 */
final class LoopTimes implements AutoCloseable {

    private static final long EVERY_MILLIS = 200;
    private static final int KEPT = 150;

    /** What the kernel calls a thread named {@code vert.x-eventloop-thread-0}. */
    private static final String EVENT_LOOP = "vert.x-eventloo";

    /** Beside what a thread runs, stands in line, and is stopped for the collector; a lock, say. */
    private static final double OTHERWISE = 0.2;

    private final Deque<Sample> samples = new ArrayDeque<>();
    private final Timer sampler = new Timer("loop-times", true);

    /**
     * The times of all loops at a moment.
     *
     * @param collectedNanos how long the collector has stopped them all so far: on a busy machine it stands in line, too
     */
    record Sample(long atNanos, long collectedNanos, Map<String, CpuTimes> times) {

        static Sample now() {
            return new Sample(System.nanoTime(), TurnWatch.collectedNanos(), CpuTimes.ofThreads(EVENT_LOOP));
        }
    }

    static LoopTimes start() {
        LoopTimes started = new LoopTimes();
        started.sampler.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        started.add(Sample.now());
                    }
                },
                0,
                EVERY_MILLIS);
        return started;
    }

    private synchronized void add(Sample sample) {
        samples.addLast(sample);
        if (samples.size() > KEPT) {
            samples.removeFirst();
        }
    }

    /** Whether a loop that was held up for so long, until now, has itself run for less than the limit of that time. */
    boolean starved(Duration heldUp, Duration limit) {
        Sample now = Sample.now();
        Sample before = before(now, heldUp);
        return before != null && starved(before, now, limit);
    }

    /** What {@link #starved(Duration, Duration)} judges by. */
    String told(Duration heldUp) {
        Sample now = Sample.now();
        Sample before = before(now, heldUp);
        return before == null
                ? "no times are known"
                : "of " + (now.atNanos() - before.atNanos()) / 1_000_000 + " ms, collector "
                        + (now.collectedNanos() - before.collectedNanos()) / 1_000_000 + ", loops "
                        + since(before, now)
                                .map(times -> "ran " + times.ranNanos() / 1_000_000 + " waited "
                                        + times.waitedNanos() / 1_000_000)
                                .toList();
    }

    private synchronized @Nullable Sample before(Sample now, Duration heldUp) {
        long from = now.atNanos() - heldUp.toNanos();
        Sample before = null;
        for (Sample sample : samples) {
            if (before == null || sample.atNanos() <= from) {
                before = sample;
            }
        }
        return before;
    }

    static boolean starved(Sample before, Sample now, Duration limit) {
        long span = now.atNanos() - before.atNanos();
        long collected = now.collectedNanos() - before.collectedNanos();
        return since(before, now)
                .anyMatch(times -> times.ranNanos() < limit.toNanos()
                        && times.waitedNanos() > times.ranNanos() * OTHERWISE
                        && times.ranNanos() + times.waitedNanos() + collected > span * (1 - OTHERWISE));
    }

    private static Stream<CpuTimes> since(Sample before, Sample now) {
        // One that began in between may have been held up ever since.
        return now.times().entrySet().stream()
                .map(loop -> loop.getValue().since(before.times().getOrDefault(loop.getKey(), CpuTimes.NONE)));
    }

    @Override
    public void close() {
        sampler.cancel();
    }
}
