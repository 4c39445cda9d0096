package dev.hermes.gateway.bench;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The ratios of two reports beside each other. Each is of two things that were measured in one run, so that another machine,
 * or a busier one, changes little about it; absolute figures of two runs say nothing about each other.
 */
final class Comparison {

    /** By how much a ratio may be worse: less of it is noise. */
    private static final double TOLERATED = 1.10;

    /** One ratio, of which less is better. */
    record Change(String what, double before, double now) {

        boolean worse() {
            return now > before * TOLERATED;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s: %s × before, %s × now, %+.0f %%",
                    what,
                    ReportText.number(before),
                    ReportText.number(now),
                    100 * (now / before - 1));
        }
    }

    private Comparison() {}

    /** What both have measured, in the order of the later one. */
    static List<Change> of(JsonObject earlier, JsonObject later) {
        Map<String, Double> before = ratios(earlier);
        List<Change> changes = new ArrayList<>();
        ratios(later).forEach((what, now) -> {
            if (before.containsKey(what)) {
                changes.add(new Change(what, before.get(what), now));
            }
        });
        return changes;
    }

    private static Map<String, Double> ratios(JsonObject report) {
        Map<String, Double> ratios = new LinkedHashMap<>();
        ReportJson.objects(report, "scenarios")
                .forEach(scenario -> ReportJson.objects(scenario, "goals")
                        .filter(goal -> goal.getString("unit").equals(Goal.RATIO) && goal.getDouble("measured") != null)
                        .forEach(goal -> ratios.put(
                                scenario.getString("name") + ": " + goal.getString("what"),
                                goal.getDouble("measured"))));
        return ratios;
    }
}
