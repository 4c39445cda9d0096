package dev.hermes.gateway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.OutsideProcess;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code mvn -Pbench verify}, with the properties of {@link BenchSettings} as wanted. */
@Tag("bench")
class BenchIT {

    private static final Path REPORT = Path.of("target/bench");
    private static final List<Scenario> SCENARIOS = List.of(
            new BroadcastScenario(),
            new KeyedScenario(),
            new IdleScenario(),
            new HerdScenario(),
            new ColdScenario(),
            new ColdHerdScenario(),
            new GatewaysScenario(),
            new StalledScenario(),
            new ChurnScenario(),
            new Http2Scenario(),
            new GrowthScenario());

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void nothingIsLostOrRepeatedWhileItIsMeasured() {
        BenchSettings settings = BenchSettings.ofThisRun();
        JsonObject earlier = settings.compare() == null ? null : ReportJson.read(settings.compare());
        Machine machine = Machine.thisOne(settings);
        boolean loopLimitKnown = loopLimitKnown(settings);
        List<ScenarioResult> results = new ArrayList<>();
        for (Scenario scenario : SCENARIOS) {
            if (settings.wants(scenario.name()) && !Thread.currentThread().isInterrupted()) {
                results.add(run(scenario, settings));
                // After each, so that a run that is cut short has said what it found.
                Report.write(
                        new Findings(machine, settings, loopLimitKnown, absent(loopLimitKnown), List.copyOf(results)),
                        REPORT);
            }
        }
        Findings findings =
                new Findings(machine, settings, loopLimitKnown, absent(loopLimitKnown), List.copyOf(results));
        System.out.println(ReportText.of(findings));

        assertThat(results).isNotEmpty();
        assertThat(findings.faults()).isEmpty();
        if (earlier != null) {
            compare(earlier, Records.json(findings));
        }
    }

    private static void compare(JsonObject earlier, JsonObject now) {
        List<Comparison.Change> changes = Comparison.of(earlier, now);
        changes.forEach(System.out::println);
        assertThat(changes).as("ratios that both runs have").isNotEmpty();
        assertThat(changes.stream().filter(Comparison.Change::worse))
                .as("worse than before by more than a tenth")
                .isEmpty();
    }

    private static ScenarioResult run(Scenario scenario, BenchSettings settings) {
        System.out.println("bench " + scenario.name());
        Outcome outcome = new Outcome(System.out::println);
        try {
            scenario.run(settings, outcome);
        } catch (RuntimeException | AssertionError failure) {
            // The others can still be measured; this one is a fault.
            failure.printStackTrace(System.out);
            outcome.faults("the scenario", List.of(failure.toString()));
        }
        return outcome.result(scenario);
    }

    private static boolean loopLimitKnown(BenchSettings settings) {
        try (OutsideProcess help = OutsideProcess.start(
                new ProcessBuilder(settings.java().toString(), "-jar", "target/hermes-gateway.jar", "--help"))) {
            help.awaitExit(Duration.ofSeconds(30));
            return help.lines().stream().anyMatch(line -> line.contains(GatewayServer.LOOP_LIMIT_SETTING));
        }
    }

    private static List<String> absent(boolean loopLimitKnown) {
        List<String> absent = new ArrayList<>();
        if (!NchanServer.installed()) {
            absent.add("nginx with nchan is not installed, so it was not measured.");
        }
        if (!FloorServer.installed()) {
            absent.add("There is no C compiler, so the floor was not measured.");
        }
        if (!loopLimitKnown) {
            absent.add("This gateway has no limit for tasks on its event loops, so none were counted.");
        }
        return absent;
    }
}
