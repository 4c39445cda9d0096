package dev.hermes.gateway.bench;

import dev.hermes.gateway.bench.Svg.Point;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/** How long the slowest of each second took, from the moment at which a process is ready. */
final class FirstMinuteChart {

    private static final double LEAST_MILLIS = 0.1;

    private FirstMinuteChart() {}

    /** Empty if it was not run. */
    static String of(JsonObject report) {
        Map<String, List<Point>> lines = ReportJson.series(report, ColdScenario.NAME);
        if (lines.isEmpty()) {
            return "";
        }
        Svg svg = new Svg(
                900,
                440,
                "Keyed: the first minute of a process",
                "99th percentile of each second, 5,000 streams, 5,000 events/s. " + ReportJson.machine(report));
        Scale up = Scale.logarithmic(LEAST_MILLIS, highest(lines, false), 372, 96);
        Panel panel = new Panel(svg, Scale.linear(highest(lines, true), 76, 690), up);
        panel.axes("seconds since the streams were open", ReportText::exact, "ms", ReportText::exact);
        lines.forEach((server, points) -> panel.line(
                server,
                points.stream()
                        .map(point -> new Point(point.x(), Math.max(point.y(), up.low())))
                        .toList(),
                false,
                server));
        panel.labels();
        return svg.toString();
    }

    private static double highest(Map<String, List<Point>> lines, boolean across) {
        return lines.values().stream()
                .flatMap(List::stream)
                .mapToDouble(point -> across ? point.x() : point.y())
                .max()
                .orElse(1);
    }
}
