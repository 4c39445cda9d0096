package dev.hermes.gateway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.OutsideProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What lives on a JVM's heap after a full collection, by class. */
record ClassHistogram(Map<String, Count> classes) {

    private static final Pattern ROW = Pattern.compile("^\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");

    record Count(long instances, long bytes) {}

    static ClassHistogram of(BenchSettings settings, long process) {
        Path jcmd = settings.java().resolveSibling("jcmd");
        try (OutsideProcess asked = OutsideProcess.start(
                new ProcessBuilder(jcmd.toString(), Long.toString(process), "GC.class_histogram"))) {
            assertThat(asked.awaitExit(Duration.ofMinutes(1))).isZero();
            return parse(asked.output());
        }
    }

    static ClassHistogram parse(List<String> lines) {
        Map<String, Count> classes = new HashMap<>();
        for (String line : lines) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                classes.merge(
                        row.group(3),
                        new Count(Long.parseLong(row.group(1)), Long.parseLong(row.group(2))),
                        (one, other) -> new Count(one.instances() + other.instances(), one.bytes() + other.bytes()));
            }
        }
        return new ClassHistogram(Map.copyOf(classes));
    }

    long bytes() {
        return classes.values().stream().mapToLong(Count::bytes).sum();
    }

    /** What each of so many streams has added, the most first. */
    List<String> addedSince(ClassHistogram before, int streams, int most) {
        return classes.entrySet().stream()
                .map(entry -> Map.entry(entry.getKey(), minus(entry.getValue(), before.classes.get(entry.getKey()))))
                .sorted(Comparator.comparingLong((Map.Entry<String, Count> entry) ->
                                entry.getValue().bytes())
                        .reversed())
                .limit(most)
                .map(entry -> String.format(
                        Locale.ROOT,
                        "%8.1f bytes in %6.2f of %s",
                        (double) entry.getValue().bytes() / streams,
                        (double) entry.getValue().instances() / streams,
                        entry.getKey()))
                .toList();
    }

    private static Count minus(Count after, @Nullable Count before) {
        return before == null
                ? after
                : new Count(after.instances() - before.instances(), after.bytes() - before.bytes());
    }
}
