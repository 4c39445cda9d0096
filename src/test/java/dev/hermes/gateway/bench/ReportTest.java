package dev.hermes.gateway.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

    private static final Histogram LATENCIES = new Histogram();

    static {
        for (int micros = 100; micros < 50_000; micros += 7) {
            LATENCIES.record(micros * 1_000L);
        }
    }

    @Test
    void writesTheGoalsWithWhatWasMeasured() {
        assertThat(ReportText.of(sample()))
                .contains("| CPU per delivery of gateway to nchan | 0.72 × | 0.70 × | reached |")
                .contains("| p99 of gateway to nchan+redis | 0.50 × | – | not measured |")
                .contains("| tasks over 20 ms on an event loop | 0 | 2 | not reached |")
                .contains("| nchan | 5,000 |")
                .contains("- broadcast: gateway round 1: stream 3: -1 events more than due");
    }

    @Test
    void writesEveryRoundForPrograms(@TempDir Path folder) throws Exception {
        Report.write(sample(), folder);

        JsonObject json = new JsonObject(Files.readString(folder.resolve("report.json")));
        JsonObject broadcast = json.getJsonArray("scenarios").getJsonObject(0);
        assertThat(broadcast.getJsonArray("measurements")).hasSize(3);
        assertThat(broadcast
                        .getJsonArray("medians")
                        .getJsonObject(0)
                        .getJsonObject("figures")
                        .getDouble("CPU_PER_DELIVERY"))
                .isEqualTo(7.0);
        assertThat(folder).isDirectoryContaining("glob:**/latency-broadcast.svg");
        assertThat(folder).isDirectoryNotContaining("glob:**/latency-keyed.svg");
    }

    @Test
    void drawsPicturesThatAreXml() throws Exception {
        Map<String, String> charts = Report.charts(Records.json(sample()));

        assertThat(charts).hasSize(6);
        for (Map.Entry<String, String> chart : charts.entrySet()) {
            if (!chart.getValue().isEmpty()) {
                assertThat(DocumentBuilderFactory.newInstance()
                                .newDocumentBuilder()
                                .parse(new ByteArrayInputStream(chart.getValue().getBytes(UTF_8)))
                                .getElementsByTagName("text")
                                .getLength())
                        .as(chart.getKey())
                        .isGreaterThan(5);
                assertThat(chart.getValue()).doesNotContain("NaN", "Infinity");
            }
        }
        assertThat(charts.get("cost.svg")).contains("7 µs").contains("10 µs");
        assertThat(charts.get("growth-streams.svg")).contains("15,000");
        assertThat(charts.get("first-minute.svg")).contains("without warming up", "seconds since");
    }

    private static Findings sample() {
        Outcome broadcast = new Outcome(line -> {});
        broadcast.add(measurement(GatewayServer.NAME, "", 1, 6.5));
        broadcast.add(measurement(GatewayServer.NAME, "", 2, 7.5));
        broadcast.add(measurement(NchanServer.IN_MEMORY, "", 1, 10));
        broadcast.goal(0.72, Figure.CPU_PER_DELIVERY, GatewayServer.NAME, NchanServer.IN_MEMORY);
        broadcast.goal(0.5, Figure.P99, GatewayServer.NAME, NchanServer.WITH_REDIS);
        broadcast.faults("gateway round 1", List.of("stream 3: -1 events more than due"));
        Outcome growth = new Outcome(line -> {});
        growth.add(measurement(GatewayServer.NAME, "streams 1000", 1, 8).with(Figure.STREAMS, 1_000));
        growth.add(measurement(GatewayServer.NAME, "streams 15000", 1, 9).with(Figure.STREAMS, 15_000));
        Outcome cold = new Outcome(line -> {});
        cold.series(GatewayServer.NAME, List.of(30.0, 4.0, 3.5));
        cold.series(ColdScenario.UNTRAINED, List.of(900.0, 80.0, 5.0));
        return new Findings(
                new Machine("2026-11-23T09:13:33Z", "A Processor", 2, "6.1", "4 GB", "17", "1.22", "1.3", "7.0"),
                new BenchSettings(
                        2,
                        List.of(),
                        1,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(180),
                        Path.of("java"),
                        List.of(),
                        null,
                        "1"),
                true,
                List.of(),
                List.of(
                        heldUp(broadcast.result(new BroadcastScenario())),
                        growth.result(new GrowthScenario()),
                        cold.result(new ColdScenario())));
    }

    private static ScenarioResult heldUp(ScenarioResult result) {
        return new ScenarioResult(
                result.name(),
                result.about(),
                result.load(),
                result.seconds(),
                new HeldUp(2, 1, 30),
                result.medians(),
                result.measurements(),
                result.goals(),
                result.faults(),
                result.notes(),
                result.details(),
                result.series());
    }

    private static Measurement measurement(String server, String point, int round, double cpu) {
        return Measurement.of(server, point, round)
                .with(Figure.STREAMS, 5_000)
                .with(Figure.CPU_PER_DELIVERY, cpu)
                .with(LATENCIES);
    }
}
