package dev.hermes.gateway.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks at a process' resident memory again and again until closed. */
final class MemorySamples implements AutoCloseable {

    private static final double NANOS_PER_MINUTE = 60e9;

    private record Sample(double minutes, long bytes) {}

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final List<Sample> samples = new ArrayList<>();
    private final long startedAt = System.nanoTime();
    private final long process;

    private MemorySamples(long process) {
        this.process = process;
    }

    static MemorySamples start(long process, Duration interval) {
        MemorySamples samples = new MemorySamples(process);
        var unused = samples.clock.scheduleAtFixedRate(samples::look, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        return samples;
    }

    private synchronized void look() {
        samples.add(
                new Sample((System.nanoTime() - startedAt) / NANOS_PER_MINUTE, ProcessFigures.residentBytes(process)));
    }

    synchronized long most() {
        return samples.stream().mapToLong(Sample::bytes).max().orElse(0);
    }

    synchronized List<Long> all() {
        return samples.stream().map(Sample::bytes).toList();
    }

    /** The slope of the line that fits best what was seen in the second half of the time, when a JVM has settled. */
    synchronized double bytesPerMinute() {
        List<Sample> settled = samples.subList(samples.size() / 2, samples.size());
        double time = settled.stream().mapToDouble(Sample::minutes).average().orElse(0);
        double size = settled.stream().mapToDouble(Sample::bytes).average().orElse(0);
        double together = 0;
        double spread = 0;
        for (Sample sample : settled) {
            together += (sample.minutes() - time) * (sample.bytes() - size);
            spread += (sample.minutes() - time) * (sample.minutes() - time);
        }
        return spread == 0 ? 0 : together / spread;
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
