package dev.hermes.gateway.bench;

import dev.hermes.gateway.bench.Svg.Point;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleFunction;

/** Two axes on a picture, and lines between them that bear their own names. */
final class Panel {

    private static final double LEAST_LABEL_DISTANCE = 17;
    private static final double TEXT_DROP = 4.5;

    private record Label(String server, String text, Point at) {}

    private final Svg svg;
    private final Scale across;
    private final Scale up;
    private final List<Label> labels = new ArrayList<>();

    Panel(Svg svg, Scale across, Scale up) {
        this.svg = svg;
        this.across = across;
        this.up = up;
    }

    void axes(String acrossTitle, DoubleFunction<String> acrossTick, String upTitle, DoubleFunction<String> upTick) {
        for (double tick : up.ticks()) {
            svg.line(new Point(across.from(), up.at(tick)), new Point(across.to(), up.at(tick)), "grid");
            svg.text(new Point(across.from() - 8, up.at(tick) + TEXT_DROP), "soft", "end", upTick.apply(tick));
        }
        svg.line(new Point(across.from(), up.from()), new Point(across.to(), up.from()), "axis");
        for (double tick : across.ticks()) {
            svg.line(new Point(across.at(tick), up.from()), new Point(across.at(tick), up.from() + 5), "axis");
            svg.text(new Point(across.at(tick), up.from() + 20), "soft", "middle", acrossTick.apply(tick));
        }
        svg.text(new Point((across.from() + across.to()) / 2, up.from() + 42), "soft", "middle", acrossTitle);
        svg.text(new Point(across.from() - 36, up.to() - 14), "soft", "start", upTitle);
    }

    void line(String server, List<Point> values, boolean dotted, String label) {
        List<Point> points = values.stream()
                .map(value -> new Point(across.at(value.x()), up.at(value.y())))
                .toList();
        String classes = Svg.classOf(server);
        svg.lines(points, classes);
        if (dotted) {
            points.forEach(point -> svg.dot(point, classes));
        }
        labels.add(new Label(server, label, points.get(points.size() - 1)));
    }

    /** Beside the ends of the lines, none over another. */
    void labels() {
        labels.sort(Comparator.comparingDouble(label -> label.at().y()));
        double above = Double.NEGATIVE_INFINITY;
        for (Label label : labels) {
            double y = Math.max(label.at().y() + TEXT_DROP, above + LEAST_LABEL_DISTANCE);
            svg.text(new Point(across.to() + 10, y), Svg.classOf(label.server()), "start", label.text());
            above = y;
        }
    }
}
