package dev.hermes.gateway.bench;

import dev.hermes.gateway.bench.Svg.Point;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What one delivery costs each server, as bars. */
final class CostChart {

    private static final int LEFT = 150;
    private static final int LONGEST = 560;
    private static final int BAR = 22;
    private static final int STEP = 34;
    private static final int FIRST = 84;
    private static final int HEADING = 30;
    private static final int BETWEEN = 20;

    private record Group(String title, List<JsonObject> bars) {}

    private CostChart() {}

    /** Empty if neither scenario was run. */
    static String of(JsonObject report) {
        List<Group> groups = Stream.of(
                        new Group(
                                "Broadcast to " + ReportJson.streams(report, "broadcast") + " streams: one delivery",
                                ReportJson.medians(report, "broadcast")),
                        new Group("Keyed: one event, Redis not included", ReportJson.medians(report, "keyed")))
                .filter(group -> !group.bars().isEmpty())
                .toList();
        if (groups.isEmpty()) {
            return "";
        }
        int height = FIRST
                + groups.stream()
                        .mapToInt(
                                group -> HEADING + BETWEEN + STEP * group.bars().size())
                        .sum();
        Svg svg = new Svg(
                820,
                height,
                "CPU time of the server",
                "µs as user and in the kernel, less is better. " + ReportJson.machine(report));
        double top = FIRST;
        for (Group group : groups) {
            top = draw(svg, group, top);
        }
        return svg.toString();
    }

    private static double draw(Svg svg, Group group, double from) {
        svg.text(new Point(24, from + 14), "strong", "start", group.title());
        double top = from + HEADING;
        double highest = group.bars().stream()
                .mapToDouble(bar -> ReportJson.figure(bar, Figure.CPU_PER_DELIVERY))
                .max()
                .orElse(1);
        for (JsonObject bar : group.bars()) {
            String server = Objects.requireNonNull(bar.getString("server"));
            double value = ReportJson.figure(bar, Figure.CPU_PER_DELIVERY);
            double length = Math.max(1, LONGEST * value / highest);
            svg.text(new Point(LEFT - 12, top + 16), "soft", "end", server);
            svg.bar(new Point(LEFT, top), length, BAR, Svg.classOf(server));
            svg.text(new Point(LEFT + length + 8, top + 16), "strong", "start", ReportText.number(value) + " µs");
            top += STEP;
        }
        return top + BETWEEN;
    }
}
