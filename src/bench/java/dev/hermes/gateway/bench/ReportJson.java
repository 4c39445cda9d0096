package dev.hermes.gateway.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Stream;

/** The medians of a scenario, as they stand in a report that was written down. */
final class ReportJson {

    private ReportJson() {}

    /** None if it was not run. */
    static List<JsonObject> medians(JsonObject report, String scenario) {
        return objects(report, "scenarios")
                .filter(one -> one.getString("name").equals(scenario))
                .flatMap(one -> objects(one, "medians"))
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
