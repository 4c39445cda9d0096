package dev.hermes.gateway.watchdog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.watchdog.LoopTimes.Sample;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two looks at the times of event loops, three seconds apart, where a loop may be held up for two. */
class LoopTimesTest {

    private static final Duration LIMIT = Duration.ofSeconds(2);

    @Test
    void aLoopThatRanTooLongWasBlocked() {
        assertThat(starved(2_500, 400)).isFalse();
        assertThat(starved(3_000, 0)).isFalse();
    }

    @Test
    void aLoopThatWaitedForSomethingElseWasBlocked() {
        assertThat(starved(0, 0)).isFalse();
        assertThat(starved(100, 900)).isFalse();
        assertThat(starved(1_900, 0)).isFalse();
    }

    @Test
    void aLoopThatStoodInLineWasStarved() {
        assertThat(starved(500, 2_400)).isTrue();
        assertThat(starved(1_900, 1_000)).isTrue();
    }

    @Test
    void aLoopThatStoodInLineAndWasStoppedForTheCollectorWasStarved() {
        assertThat(starved(500, 1_000, 0)).isFalse();
        assertThat(starved(500, 1_000, 1_200)).isTrue();
        assertThat(starved(2_100, 500, 1_200)).isFalse();
    }

    @Test
    void aLoopThatHasOnlyJustBegunMayBeStarvedToo() {
        Sample before = new Sample(0, 0, Map.of());
        Sample now = new Sample(
                TimeUnit.SECONDS.toNanos(3),
                0,
                Map.of("1", new CpuTimes(TimeUnit.MILLISECONDS.toNanos(500), TimeUnit.MILLISECONDS.toNanos(2_400))));

        assertThat(LoopTimes.starved(before, now, LIMIT)).isTrue();
    }

    @Test
    void theKernelTellsTheTimesOfRunningThreads() {
        Map<String, CpuTimes> before = CpuTimes.ofThreads("");
        assertThat(before).hasSizeGreaterThan(1);
        long ran = total(before);

        while (total(CpuTimes.ofThreads("")) == ran) {
            Thread.onSpinWait();
        }
    }

    private static long total(Map<String, CpuTimes> times) {
        return times.values().stream().mapToLong(CpuTimes::ranNanos).sum();
    }

    private static boolean starved(long ranMillis, long waitedMillis) {
        return starved(ranMillis, waitedMillis, 0);
    }

    private static boolean starved(long ranMillis, long waitedMillis, long collectedMillis) {
        Sample before = new Sample(0, 0, Map.of("1", new CpuTimes(7, 7), "2", CpuTimes.NONE));
        Sample now = new Sample(
                TimeUnit.SECONDS.toNanos(3),
                TimeUnit.MILLISECONDS.toNanos(collectedMillis),
                Map.of(
                        "1",
                        new CpuTimes(
                                7 + TimeUnit.MILLISECONDS.toNanos(ranMillis),
                                7 + TimeUnit.MILLISECONDS.toNanos(waitedMillis)),
                        "2",
                        new CpuTimes(0, TimeUnit.MILLISECONDS.toNanos(3))));
        return LoopTimes.starved(before, now, LIMIT);
    }
}
