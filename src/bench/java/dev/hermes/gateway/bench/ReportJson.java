package dev.hermes.gateway.bench;

import dev.hermes.gateway.bench.Svg.Point;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The medians of a scenario, as they stand in a report that was written down. */
final class ReportJson {

    private ReportJson() {}

    /** A report that {@link Report} wrote. */
    static JsonObject read(Path file) {
        try {
            return new JsonObject(Files.readString(file));
        } catch (IOException | DecodeException failure) {
            throw new IllegalArgumentException(
                    "bench.compare is " + file + "; allowed: the report.json of an earlier run", failure);
        }
    }

    /** None if it was not run. */
    static List<JsonObject> medians(JsonObject report, String scenario) {
        return objects(report, "scenarios")
                .filter(one -> one.getString("name").equals(scenario))
                .flatMap(one -> objects(one, "medians"))
                .toList();
    }

    /** Each server's, by the seconds; none if it was not run. */
    static Map<String, List<Point>> series(JsonObject report, String scenario) {
        Map<String, List<Point>> series = new LinkedHashMap<>();
        objects(report, "scenarios")
                .filter(one -> one.getString("name").equals(scenario))
                .map(one -> one.getJsonObject("series"))
                .forEach(of -> of.fieldNames().forEach(server -> series.put(server, points(of.getJsonArray(server)))));
        return series;
    }

    private static List<Point> points(JsonArray seconds) {
        return IntStream.range(0, seconds.size())
                .mapToObj(second -> new Point(second + 1, seconds.getDouble(second)))
                .toList();
    }

    static double figure(JsonObject median, Figure figure) {
        return median.getJsonObject("figures").getDouble(figure.name(), 0.0);
    }

    static String streams(JsonObject report, String scenario) {
        return ReportText.number(medians(report, scenario).stream()
                .mapToDouble(median -> figure(median, Figure.STREAMS))
                .max()
                .orElse(0));
    }

    static Stream<JsonObject> objects(JsonObject json, String name) {
        return json.getJsonArray(name, new JsonArray()).stream().map(JsonObject.class::cast);
    }

    /** What it was measured on, for a line below a title. */
    static String machine(JsonObject report) {
        JsonObject machine = report.getJsonObject("machine");
        return machine.getInteger("cores") + " cores, " + machine.getString("processor") + ", "
                + machine.getString("date").substring(0, 10);
    }
}
