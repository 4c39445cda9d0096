package dev.hermes.gateway.bench;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Writes down what was found: for programs, for readers, and as pictures. */
final class Report {

    private Report() {}

    static void write(Findings findings, Path folder) {
        JsonObject json = Records.json(findings);
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("report.json"), json.encodePrettily());
            Files.writeString(folder.resolve("report.md"), ReportText.of(findings));
            for (Map.Entry<String, String> chart : charts(json).entrySet()) {
                if (!chart.getValue().isEmpty()) {
                    Files.writeString(folder.resolve(chart.getKey()), chart.getValue());
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** By the names of their files; empty where there is nothing to draw. */
    static Map<String, String> charts(JsonObject report) {
        return Map.of(
                "latency-broadcast.svg",
                LatencyChart.of(report, "broadcast", "Broadcast: %s streams, 10 events/s for each"),
                "latency-keyed.svg",
                LatencyChart.of(report, "keyed", "Keyed: %s streams, 5,000 events/s together"),
                "cost.svg",
                CostChart.of(report),
                "growth-streams.svg",
                GrowthChart.byStreams(report),
                "growth-size.svg",
                GrowthChart.bySize(report),
                "first-minute.svg",
                FirstMinuteChart.of(report));
    }
}
