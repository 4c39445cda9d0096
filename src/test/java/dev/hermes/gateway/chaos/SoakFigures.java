package dev.hermes.gateway.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The figures of one gateway: at the start, the highest, at the end, and from minute to minute. Any thread. */
final class SoakFigures {

    /** Where it says of itself how much of its heap is in use: all that lives, right after a collection. */
    static final String HEAP = "jvm_memory_used_bytes{area=\"heap\"}";

    private static final double NANOS_PER_MINUTE = 60e9;

    /** Right after a collection. */
    record Sample(double minute, Map<String, Double> figures) {}

    private final SoakSite site;
    private final List<Sample> samples = new ArrayList<>();
    private final Map<String, Double> highest = new TreeMap<>();
    private Map<String, Double> start = Map.of();
    private Map<String, Double> end = Map.of();
    private long startedAt;

    SoakFigures(SoakSite site) {
        this.site = site;
    }

    String name() {
        return site.name();
    }

    synchronized void start() {
        site.collect();
        start = site.figures();
        startedAt = System.nanoTime();
    }

    synchronized void sample(boolean collected) {
        if (collected) {
            site.collect();
        }
        Map<String, Double> figures = site.figures();
        figures.forEach((name, value) -> {
            boolean known = !Double.isNaN(value);
            if (known && (collected || !name.startsWith("jvm_memory"))) {
                highest.merge(name, value, Math::max);
            }
        });
        if (collected) {
            samples.add(new Sample((System.nanoTime() - startedAt) / NANOS_PER_MINUTE, figures));
        }
    }

    synchronized void end() {
        site.collect();
        end = site.figures();
    }

    synchronized double start(String figure) {
        return start.getOrDefault(figure, Double.NaN);
    }

    synchronized double highest(String figure) {
        return highest.getOrDefault(figure, Double.NaN);
    }

    synchronized double end(String figure) {
        return end.getOrDefault(figure, Double.NaN);
    }

    synchronized List<String> names() {
        return List.copyOf(start.keySet());
    }

    synchronized List<Sample> samples() {
        return List.copyOf(samples);
    }

    /** Each figure that is too far from its start, in words. */
    synchronized List<String> notReturned() {
        List<String> not = new ArrayList<>();
        for (String figure : names()) {
            SoakBounds.Bound bound = SoakBounds.of(figure);
            if (!bound.holds(start(figure), end(figure))) {
                not.add(figure + " of " + name() + ": " + SoakReport.number(figure, start(figure)) + " at the start, "
                        + SoakReport.number(figure, end(figure)) + " at the end; allowed: " + bound.allowed(figure));
            }
        }
        return not;
    }
}
