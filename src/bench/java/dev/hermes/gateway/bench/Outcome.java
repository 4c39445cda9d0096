package dev.hermes.gateway.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Collects what comes of a scenario while it runs. One thread. */
final class Outcome {

    /** A process in its first seconds, and later. */
    static final String COLD = "cold";

    static final String WARM = "warm";

    private static final int WARNINGS_TOLD = 5;

    private final List<Measurement> measurements = new ArrayList<>();
    private final List<Goal> goals = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> details = new ArrayList<>();
    private final Map<String, List<Double>> series = new LinkedHashMap<>();
    private HeldUp heldUp = HeldUp.NONE;
    private final Consumer<String> log;
    private final String load = ProcessFigures.read("/proc/loadavg").strip();
    private final long startedAt = System.nanoTime();

    /** What comes is also told at once. */
    Outcome(Consumer<String> log) {
        this.log = log;
    }

    void add(Measurement measurement) {
        measurements.add(measurement);
        log.accept("  " + measurement.server() + " " + measurement.point() + " round " + measurement.round() + " "
                + measurement.figures());
    }

    void faults(String where, List<String> found) {
        found.forEach(fault -> {
            faults.add(where + ": " + fault);
            log.accept("  FAULT " + where + ": " + fault);
        });
    }

    void detail(String line) {
        details.add(line);
    }

    /** A figure as it went on, from one second to the next. */
    void series(String server, List<Double> seconds) {
        series.put(server, List.copyOf(seconds));
    }

    void note(String note) {
        notes.add(note);
        log.accept("  note: " + note);
    }

    /** Keeps what a gateway's own log says of its run. */
    void gatewayEnded(GatewayServer gateway) {
        heldUp = heldUp.and(gateway.heldUp());
        if (gateway.watched()) {
            note("tasks over %s ms: %s; before, while it started and warmed up: %s"
                    .formatted(GatewayServer.LOOP_LIMIT_MILLIS, gateway.heldUp(), gateway.heldUpBefore()));
        }
        List<String> warnings = gateway.warnings();
        warnings.stream().limit(WARNINGS_TOLD).forEach(warning -> note("the gateway logged: " + warning));
        if (warnings.size() > WARNINGS_TOLD) {
            note("the gateway logged " + (warnings.size() - WARNINGS_TOLD) + " more warnings");
        }
    }

    /** Nothing was lost, repeated or failed so far. */
    void goalWithoutFaults(String what) {
        goals.add(new Goal(what, 0, (double) faults.size(), "faults"));
    }

    /** The measured figure itself is to be at most so much. */
    void goal(String what, double most, Figure figure, String server) {
        goals.add(new Goal(what, most, median(server, "", figure), figure.unit()));
    }

    /** One server's figure is to be at most so many times another's. */
    void goal(double most, Figure figure, String server, String other) {
        goals.add(new Goal(
                figure.label() + " of " + server + " to " + other,
                most,
                ratio(median(server, "", figure), median(other, "", figure)),
                Goal.RATIO));
    }

    /** A gateway's figure in its first seconds is to be at most so many times the later one. */
    void coldGoal(double most, Figure figure) {
        goals.add(new Goal(
                figure.label() + ", cold to warm",
                most,
                ratio(median(GatewayServer.NAME, COLD, figure), median(GatewayServer.NAME, WARM, figure)),
                Goal.RATIO));
    }

    private static @Nullable Double ratio(@Nullable Double one, @Nullable Double other) {
        return one == null || other == null ? null : one / other;
    }

    /** Over the rounds; null if there are none. */
    @Nullable
    Double median(String server, String point, Figure figure) {
        List<Double> values = measurements.stream()
                .filter(one -> one.server().equals(server) && one.point().equals(point))
                .map(one -> one.figures().get(figure))
                .filter(Objects::nonNull)
                .toList();
        return values.isEmpty() ? null : Medians.of(values);
    }

    ScenarioResult result(Scenario scenario) {
        Map<String, List<Measurement>> groups = new LinkedHashMap<>();
        measurements.forEach(one -> groups.computeIfAbsent(one.server() + " " + one.point(), key -> new ArrayList<>())
                .add(one));
        return new ScenarioResult(
                scenario.name(),
                scenario.about(),
                load,
                (System.nanoTime() - startedAt) / 1e9,
                heldUp,
                groups.values().stream().map(Medians::ofRounds).toList(),
                List.copyOf(measurements),
                List.copyOf(goals),
                List.copyOf(faults),
                List.copyOf(notes),
                List.copyOf(details),
                new LinkedHashMap<>(series));
    }
}
