package dev.hermes.gateway.bench;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tasks that held up an event loop, as the gateway's log tells of them: of each again and again while it lasts.
 *
 * @param tasks how many
 * @param inPauses how many of them were held up themselves, by a pause of the collector that took half of their time or more
 * @param longestMillis how long the longest had taken when it was last told of
 */
record HeldUp(int tasks, int inPauses, long longestMillis) {

    static final HeldUp NONE = new HeldUp(0, 0, 0);

    /** The gateway's JVM has to be asked for its pauses. */
    static final String PAUSES_FLAG = "-Xlog:gc:stdout:time";

    private static final Pattern TOLD =
            Pattern.compile("^(\\S+) .*Thread (\\S+) has been blocked for (\\d+) ms, time limit");
    private static final Pattern PAUSE = Pattern.compile("^\\[(\\d{4}-\\S+)] GC\\(\\d+\\) Pause .* ([0-9.]+)ms$");
    private static final DateTimeFormatter COLLECTOR_TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSZ");
    private static final Duration SAME_TASK = Duration.ofMillis(5);

    private record Span(OffsetDateTime from, OffsetDateTime to) {

        static Span upTo(OffsetDateTime to, double millis) {
            return new Span(to.minusNanos((long) (millis * 1e6)), to);
        }

        long millis() {
            return ChronoUnit.MILLIS.between(from, to);
        }

        /** Negative if they do not meet. */
        long sharedMillis(Span other) {
            OffsetDateTime later = from.isAfter(other.from) ? from : other.from;
            OffsetDateTime earlier = to.isBefore(other.to) ? to : other.to;
            return ChronoUnit.MILLIS.between(later, earlier);
        }
    }

    static HeldUp in(List<String> lines) {
        Map<String, List<Span>> tasks = new HashMap<>();
        List<Span> pauses = new ArrayList<>();
        for (String line : lines) {
            Matcher told = TOLD.matcher(line);
            if (told.find()) {
                Span span = Span.upTo(OffsetDateTime.parse(told.group(1)), Double.parseDouble(told.group(3)));
                longer(tasks.computeIfAbsent(told.group(2), thread -> new ArrayList<>()), span);
            }
            Matcher pause = PAUSE.matcher(line);
            if (pause.find()) {
                pauses.add(Span.upTo(
                        OffsetDateTime.parse(pause.group(1), COLLECTOR_TIME), Double.parseDouble(pause.group(2))));
            }
        }
        List<Span> all = tasks.values().stream().flatMap(List::stream).toList();
        return new HeldUp(
                all.size(),
                (int) all.stream().filter(task -> paused(task, pauses)).count(),
                all.stream().mapToLong(Span::millis).max().orElse(0));
    }

    private static void longer(List<Span> tasks, Span span) {
        int last = tasks.size() - 1;
        if (last >= 0
                && Duration.between(tasks.get(last).from(), span.from()).abs().compareTo(SAME_TASK) <= 0) {
            tasks.set(last, span);
        } else {
            tasks.add(span);
        }
    }

    private static boolean paused(Span task, List<Span> pauses) {
        return pauses.stream()
                        .mapToLong(task::sharedMillis)
                        .filter(shared -> shared > 0)
                        .sum()
                >= (task.millis() + 1) / 2;
    }

    HeldUp and(HeldUp other) {
        return new HeldUp(tasks + other.tasks, inPauses + other.inPauses, Math.max(longestMillis, other.longestMillis));
    }

    @Override
    public String toString() {
        return tasks == 0
                ? "none"
                : tasks + " (" + inPauses + " in pauses of the collector, the longest over " + longestMillis + " ms)";
    }
}
