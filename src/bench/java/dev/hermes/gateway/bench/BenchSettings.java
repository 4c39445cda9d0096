package dev.hermes.gateway.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How this run measures, from system properties.
 *
 * @param rounds {@code bench.rounds}: how often each server is measured
 * @param only {@code bench.only}: names of scenarios, separated by commas; empty for all
 * @param scale {@code bench.scale}: what the numbers of connections are multiplied by
 * @param measured {@code bench.seconds}: how long a round publishes
 * @param stalled {@code bench.stalled.seconds}: how long stalled clients are looked at
 * @param java {@code bench.java}: what runs the gateway
 * @param jvm {@code bench.jvm}: further flags for it, between spaces
 * @param compare {@code bench.compare}: an earlier {@code report.json}, than which no ratio may be worse by more than a tenth
 * @param nchanWorkers {@code bench.nchan.workers}: as nginx takes it
 */
record BenchSettings(
        int rounds,
        List<String> only,
        double scale,
        Duration measured,
        Duration stalled,
        Path java,
        List<String> jvm,
        @Nullable Path compare,
        String nchanWorkers) {

    static BenchSettings ofThisRun() {
        return new BenchSettings(
                Integer.parseInt(System.getProperty("bench.rounds", "3")),
                words("bench.only", ","),
                Double.parseDouble(System.getProperty("bench.scale", "1")),
                Duration.ofSeconds(Long.parseLong(System.getProperty("bench.seconds", "10"))),
                Duration.ofSeconds(Long.parseLong(System.getProperty("bench.stalled.seconds", "180"))),
                Path.of(System.getProperty(
                        "bench.java",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString())),
                words("bench.jvm", " "),
                Optional.ofNullable(System.getProperty("bench.compare"))
                        .map(Path::of)
                        .orElse(null),
                System.getProperty("bench.nchan.workers", "auto"));
    }

    private static List<String> words(String property, String separator) {
        return Arrays.stream(System.getProperty(property, "").split(separator, -1))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    int scaled(int connections) {
        return (int) Math.max(1, Math.round(connections * scale));
    }

    boolean wants(String scenario) {
        return only.isEmpty() || only.contains(scenario);
    }
}
