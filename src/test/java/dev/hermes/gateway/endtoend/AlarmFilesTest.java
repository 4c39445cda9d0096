package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.OutsideProcess;
import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The alarms and the dashboard that come with the gateway fit it. */
class AlarmFilesTest {

    private static final String PROMTOOL = "/usr/bin/promtool";
    private static final Path ALARMS = Path.of("conf/prometheus/alerts.yml");
    private static final Path TESTS = Path.of("conf/prometheus/tests.yml");
    private static final Path DASHBOARD = Path.of("conf/grafana/hermes-gateway.json");
    private static final Path PAGE = Path.of("src/site/markdown/operations.md");
    private static final Pattern METRIC = Pattern.compile("\\b(?:hermes|jvm|process)_[a-z_]+");
    private static final Pattern ALARM = Pattern.compile("- alert: (\\w+)");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "check config conf/prometheus/prometheus.yml",
                "check rules conf/prometheus/alerts.yml",
                "test rules conf/prometheus/tests.yml"
            })
    void promtoolApproves(String arguments) {
        OutsideProcess.require(PROMTOOL);
        try (OutsideProcess promtool =
                OutsideProcess.start(new ProcessBuilder((PROMTOOL + " " + arguments).split(" ", -1)))) {
            assertThat(promtool.awaitExit(Duration.ofSeconds(60)))
                    .as("%s", promtool.lines())
                    .isZero();
        }
    }

    @Test
    void everyMetricThatTheyUseIsScraped() throws IOException {
        Set<String> scraped;
        try (RunningGateway gateway = RunningGateway.started()) {
            scraped = HttpCall.get(gateway.managementPort(), "/metrics")
                    .body()
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("[{ ]", 2)[0])
                    .collect(Collectors.toSet());
        }
        assertThat(found(METRIC, expressions(Files.readString(ALARMS))))
                .hasSizeGreaterThan(15)
                .isSubsetOf(scraped);
        assertThat(found(METRIC, Files.readString(DASHBOARD)))
                .hasSizeGreaterThan(40)
                .isSubsetOf(scraped);
        assertThat(found(METRIC, Files.readString(TESTS))).isSubsetOf(scraped);
    }

    @Test
    void everyAlarmIsTestedAndExplained() throws IOException {
        Set<String> alarms = ALARM.matcher(Files.readString(ALARMS))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toSet());
        String tests = Files.readString(TESTS);
        String page = Files.readString(PAGE);

        assertThat(alarms).hasSizeGreaterThan(10).allSatisfy(alarm -> {
            assertThat(tests).contains("- alertname: " + alarm + "\n");
            assertThat(page).contains("| `" + alarm + "` |");
        });
    }

    @Test
    void theDashboardFindsItsSourceAndHasNoPanelTwice() throws IOException {
        JsonObject dashboard = new JsonObject(Files.readString(DASHBOARD));
        Set<Integer> ids = dashboard.getJsonArray("panels").stream()
                .map(panel -> ((JsonObject) panel).getInteger("id"))
                .collect(Collectors.toSet());

        assertThat(ids).hasSameSizeAs(dashboard.getJsonArray("panels"));
        assertThat(Files.readString(Path.of("docker/grafana/datasources/prometheus.yaml")))
                .contains("uid: prometheus\n");
        assertThat(found(
                        Pattern.compile("\"uid\": \"[^\"]*\""),
                        dashboard.encodePrettily().replace(" : ", ": ")))
                .containsExactlyInAnyOrder("\"uid\": \"prometheus\"", "\"uid\": \"hermes-gateway\"");
    }

    /** Without comments and sentences. */
    private static String expressions(String alarms) {
        return alarms.lines()
                .filter(line -> !line.strip().startsWith("#") && !line.contains("summary:"))
                .collect(Collectors.joining("\n"));
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.group()).collect(Collectors.toSet());
    }
}
