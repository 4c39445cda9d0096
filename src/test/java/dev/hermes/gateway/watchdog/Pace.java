package dev.hermes.gateway.watchdog;

import java.time.Duration;
import java.util.Map;

/**
 * How fast this machine lets the test run, measured while it does: a limit of time that the product must keep means a
 * machine that is its own, and on one that others keep busy it is stretched by as much as they take.
 *
 * <pre>{@code
 * Pace pace = Pace.start();
 * // something happens
 * assertThat(pace.elapsed()).isLessThan(pace.stretched(Duration.ofSeconds(1)));
 * }</pre>
 */
public final class Pace {

    /** Up to here the threads of the test itself stand in each other's way. */
    private static final double UNDISTURBED = 2;

    private final long startedNanos = System.nanoTime();
    private final Map<String, CpuTimes> before = CpuTimes.ofThreads("");

    private Pace() {}

    public static Pace start() {
        return new Pace();
    }

    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    /** Whether the threads of this process have got at least half of the time they wanted since the start. */
    public boolean undisturbed() {
        return slowdown() < UNDISTURBED;
    }

    /** The limit itself, unless the threads of this process have got less than half of the time they wanted since the start. */
    public Duration stretched(Duration limit) {
        double slowdown = slowdown();
        return slowdown < UNDISTURBED ? limit : Duration.ofNanos((long) (limit.toNanos() * slowdown));
    }

    private double slowdown() {
        CpuTimes all = CpuTimes.NONE;
        for (Map.Entry<String, CpuTimes> thread : CpuTimes.ofThreads("").entrySet()) {
            all = all.and(thread.getValue().since(before.getOrDefault(thread.getKey(), CpuTimes.NONE)));
        }
        return all.ranNanos() == 0 ? 1 : 1 + (double) all.waitedNanos() / all.ranNanos();
    }
}
