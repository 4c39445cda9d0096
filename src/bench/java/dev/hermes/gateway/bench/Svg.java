package dev.hermes.gateway.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A picture in the making, in colours that the reader's light or dark page decides. */
final class Svg {

    /** A place on it. */
    record Point(double x, double y) {}

    private static final String STYLE = """
            text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1f2933 }
            .title { font-size: 17px; font-weight: 600 }
            .soft { fill: #5f6b76 }
            .strong { font-weight: 600 }
            .page { fill: #fdfdfc }
            .grid { stroke: #e3e6e8; stroke-width: 1 }
            .axis { stroke: #9aa5ae; stroke-width: 1 }
            .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round }
            .gateway { --hue: #1261a8 } .nchan { --hue: #c2571a } .nchan-redis { --hue: #8a4b9e } .floor { --hue: #6b7780 }
            .gateway, .nchan, .nchan-redis, .floor { stroke: var(--hue); fill: var(--hue) }
            .line.gateway, .line.nchan, .line.nchan-redis, .line.floor { fill: none }
            text.gateway, text.nchan, text.nchan-redis, text.floor { stroke: none; font-weight: 600 }
            rect.gateway, rect.nchan, rect.nchan-redis, rect.floor { stroke: none }
            @media (prefers-color-scheme: dark) {
              text { fill: #e4e8eb } .soft { fill: #9ba7b0 } .page { fill: #14181c }
              .grid { stroke: #2a3138 } .axis { stroke: #5c6872 }
              .gateway { --hue: #6cb4f5 } .nchan { --hue: #f09a5f } .nchan-redis { --hue: #c99ad8 } .floor { --hue: #97a3ac }
            }
            """;

    private static final Map<String, String> CLASSES =
            Map.of(NchanServer.WITH_REDIS, "nchan-redis", ColdScenario.UNTRAINED, "floor");

    private final StringBuilder body = new StringBuilder();
    private final int width;
    private final int height;

    Svg(int width, int height, String title, String subtitle) {
        this.width = width;
        this.height = height;
        text(new Point(24, 32), "title", "start", title);
        text(new Point(24, 53), "soft", "start", subtitle);
    }

    /** The style of a server's marks. */
    static String classOf(String server) {
        return CLASSES.getOrDefault(server, server);
    }

    /**
     * @param anchor {@code start}, {@code middle} or {@code end}: which part of the text lies there
     */
    void text(Point at, String classes, String anchor, String text) {
        body.append(format(
                        "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\" text-anchor=\"%s\">",
                        at.x(), at.y(), classes, anchor))
                .append(escaped(text))
                .append("</text>\n");
    }

    void line(Point from, Point to, String classes) {
        body.append(format(
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>%n",
                from.x(), from.y(), to.x(), to.y(), classes));
    }

    void lines(List<Point> points, String classes) {
        body.append("<polyline class=\"line ").append(classes).append("\" points=\"");
        body.append(points.stream()
                        .map(point -> format("%.1f,%.1f", point.x(), point.y()))
                        .collect(Collectors.joining(" ")))
                .append("\"/>\n");
    }

    void dot(Point at, String classes) {
        body.append(format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" class=\"%s\"/>%n", at.x(), at.y(), classes));
    }

    void bar(Point corner, double length, double thickness, String classes) {
        body.append(format(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"3\" class=\"%s\"/>%n",
                corner.x(), corner.y(), length, thickness, classes));
    }

    @Override
    public String toString() {
        return format(
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">%n",
                        width, height, width, height)
                + "<style>\n" + STYLE + "</style>\n"
                + format("<rect class=\"page\" width=\"%d\" height=\"%d\" rx=\"8\"/>%n", width, height)
                + body
                + "</svg>\n";
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
