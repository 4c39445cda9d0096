package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process serves to itself before its ports open: nobody may find a trace of it but in the line of the start. */
class WarmUpIT {

    private static final String STARTED = "gateway started .* warm_up_streams=(\\d+) warm_up_events=(\\d+) ";

    @TempDir
    Path temporary;

    private RunningJar start(String... settings) {
        Map<String, String> all = new HashMap<>(Map.of(
                "HERMES_SECRET_KEY", RunningGateway.SECRET_KEY,
                "HERMES_REDIS_URL", "none",
                "HERMES_ENABLE_SSE", "true"));
        for (int index = 0; index < settings.length; index += 2) {
            all.put(settings[index], settings[index + 1]);
        }
        return RunningJar.start(temporary, all);
    }

    @Test
    void servesItselfAndSaysHowMuch() {
        // On a busy machine the first of these times may end before an event is served.
        assertThat(Stream.of(3_000, 10_000, 30_000)).anySatisfy(millis -> {
            try (RunningJar gateway = start("HERMES_WARM_UP", millis.toString())) {
                MatchResult served = gateway.process().await(STARTED);

                assertThat(Integer.parseInt(served.group(1))).as("streams").isPositive();
                assertThat(Integer.parseInt(served.group(2))).as("events").isPositive();
            }
        });
    }

    @Test
    void logsNothingOfItAtAnyLevel() {
        try (RunningJar gateway = start("HERMES_WARM_UP", "1000", "HERMES_LOG_LEVEL", "debug")) {
            gateway.process().await(STARTED);

            // Vert.x also calls a loop blocked that got no processor; and what fails for lack of one says so.
            assertThat(gateway.process().lines())
                    .filteredOn(line -> !line.contains("BlockedThreadChecker") && !line.contains("starting without"))
                    .singleElement()
                    .asString()
                    .contains("gateway started");
        }
    }

    @Test
    void countsNothingOfIt() {
        try (RunningJar gateway = start("HERMES_WARM_UP", "1000")) {
            List<String> counted = RunningJar.get(gateway.managementPort(), "/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("hermes_") && line.contains("_total"))
                    .filter(line -> !line.startsWith("hermes_http_requests_total"))
                    .toList();

            assertThat(counted).isNotEmpty().allMatch(line -> line.endsWith(" 0.0"));
        }
    }

    @Test
    void isLeftOutWhereNobodyWantsIt() {
        try (RunningJar gateway = start("HERMES_WARM_UP", "0")) {
            MatchResult served = gateway.process().await(STARTED);

            assertThat(Objects.requireNonNull(served.group(1))).isEqualTo("0");
            assertThat(served.group(2)).isEqualTo("0");
        }
    }
}
