package dev.hermes.gateway.bench;

import dev.hermes.gateway.bench.Svg.Point;
import io.vertx.core.json.JsonObject;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleFunction;

/** What a delivery costs and how long the slowest take, side by side, the more streams there are or the larger events. */
final class GrowthChart {

    private static final int WIDTH = 960;
    private static final int BOTTOM = 332;
    private static final int TOP = 104;

    private final JsonObject report;
    private final String by;
    private final Figure across;
    private final DoubleFunction<String> amount;

    private GrowthChart(JsonObject report, String by, Figure across, DoubleFunction<String> amount) {
        this.report = report;
        this.by = by;
        this.across = across;
        this.amount = amount;
    }

    /** Empty if it was not run. */
    static String byStreams(JsonObject report) {
        return new GrowthChart(report, GrowthScenario.BY_STREAMS, Figure.STREAMS, ReportText::number)
                .draw("Broadcasts to more and more streams", "streams");
    }

    /** Empty if it was not run. */
    static String bySize(JsonObject report) {
        return new GrowthChart(report, GrowthScenario.BY_SIZE, Figure.EVENT_BYTES, GrowthChart::bytes)
                .draw("Broadcasts of larger and larger events", "bytes");
    }

    private String draw(String title, String acrossTitle) {
        List<JsonObject> steps = ReportJson.medians(report, "growth").stream()
                .filter(median -> median.getString("point").startsWith(by + " "))
                .sorted(Comparator.comparingDouble(median -> ReportJson.figure(median, across)))
                .toList();
        if (steps.size() < 2) {
            return "";
        }
        Svg svg = new Svg(WIDTH, 400, title, "Gateway, less is better. " + ReportJson.machine(report));
        panel(svg, steps, Figure.CPU_PER_DELIVERY, acrossTitle, 68);
        panel(svg, steps, Figure.P99, acrossTitle, 548);
        return svg.toString();
    }

    private void panel(Svg svg, List<JsonObject> steps, Figure figure, String acrossTitle, double left) {
        List<Point> values = steps.stream()
                .map(step -> new Point(ReportJson.figure(step, across), ReportJson.figure(step, figure)))
                .toList();
        double highest = values.stream().mapToDouble(Point::y).max().orElse(1);
        Panel panel = new Panel(
                svg,
                Scale.logarithmic(values.stream().map(Point::x).toList(), left, left + 310),
                Scale.linear(highest, BOTTOM, TOP));
        panel.axes(acrossTitle, amount, figure.label() + ", " + figure.unit(), ReportText::exact);
        Point last = values.get(values.size() - 1);
        panel.line(GatewayServer.NAME, values, true, ReportText.number(last.y()) + " " + figure.unit());
        panel.labels();
    }

    private static String bytes(double bytes) {
        return bytes < 1_024 ? ReportText.number(bytes) : ReportText.number(bytes / 1_024) + " Ki";
    }
}
