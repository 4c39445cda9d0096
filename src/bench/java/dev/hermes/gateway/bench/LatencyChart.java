package dev.hermes.gateway.bench;

import dev.hermes.gateway.bench.Svg.Point;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** How long which share of the events took, a line for each server. */
final class LatencyChart {

    private static final double HIGHEST_PERCENT = 99.99;

    private record Line(String server, List<Point> values) {}

    private LatencyChart() {}

    /**
     * Empty if the scenario was not run.
     *
     * @param title in which {@code %s} stands for the number of streams
     */
    static String of(JsonObject report, String scenario, String title) {
        List<Line> lines = ReportJson.medians(report, scenario).stream()
                .map(median -> new Line(
                        median.getString("server"),
                        ReportJson.objects(median, "curve")
                                .filter(point -> point.getDouble("percent") <= HIGHEST_PERCENT)
                                .map(point -> new Point(point.getDouble("percent"), point.getDouble("millis")))
                                .toList()))
                .filter(line -> !line.values().isEmpty())
                .toList();
        return lines.isEmpty() ? "" : draw(report, lines, title.formatted(ReportJson.streams(report, scenario)));
    }

    private static String draw(JsonObject report, List<Line> lines, String title) {
        double lowest = lines.stream()
                .mapToDouble(line -> line.values().get(0).y())
                .filter(millis -> millis > 0)
                .min()
                .orElse(0.01);
        double highest = lines.stream()
                .flatMap(line -> line.values().stream())
                .mapToDouble(Point::y)
                .max()
                .orElse(1);
        Svg svg = new Svg(
                820, 440, title, "From publishing to the client, less is better. " + ReportJson.machine(report));
        Scale up = Scale.logarithmic(lowest, highest, 372, 96);
        Panel panel = new Panel(svg, Scale.percentiles(HIGHEST_PERCENT, 76, 690), up);
        panel.axes("events, %", ReportText::exact, "ms", ReportText::exact);
        for (Line line : lines) {
            List<Point> drawn = line.values().stream()
                    .map(point -> new Point(point.x(), Math.max(point.y(), up.low())))
                    .toList();
            panel.line(line.server(), drawn, false, line.server());
        }
        panel.labels();
        return svg.toString();
    }
}
