package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.Setting;
import dev.hermes.gateway.config.SettingsLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineIT {

    private static final Duration SECONDS = Duration.ofSeconds(20);

    @TempDir
    Path temporary;

    @Test
    void helpListsCommandsAndSettings() {
        try (RunningJar gateway = RunningJar.start(temporary, Map.of(), "--help")) {
            assertThat(gateway.process().awaitExit(SECONDS)).isZero();

            assertThat(gateway.process().output())
                    .anyMatch(line -> line.startsWith("  demo "))
                    .anyMatch(line -> line.startsWith("  doctor "))
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
            for (Setting.Description setting : SettingsLoader.descriptions()) {
                assertThat(gateway.process().output())
                        .anyMatch(line -> line.startsWith("  " + setting.name() + " (default: "));
            }
        }
    }

    @Test
    void versionIsThatOfTheBuild() {
        try (RunningJar gateway = RunningJar.start(temporary, Map.of(), "--version")) {
            assertThat(gateway.process().awaitExit(SECONDS)).isZero();

            assertThat(gateway.process().output())
                    .singleElement()
                    .satisfies(line -> assertThat(line).matches("hermes-gateway \\d+\\.\\d+\\.\\d+.*"));
        }
    }

    @Test
    void aWordThatIsNoCommandIsNamedInOneLine() {
        try (RunningJar gateway = RunningJar.start(temporary, Map.of(), "dmeo")) {
            assertThat(gateway.process().awaitExit(SECONDS)).isEqualTo(2);

            assertThat(gateway.process().errors())
                    .singleElement()
                    .satisfies(line -> assertThat(line).contains("dmeo").contains("--help"));
        }
    }

    @Test
    void theDemoSaysWhatItMissesWhereTheJarStandsAlone() throws IOException {
        Path alone = Files.copy(Path.of(RunningJar.JAR), temporary.resolve("hermes-gateway.jar"));

        try (RunningJar gateway = RunningJar.start(alone, temporary, Map.of(), "demo")) {
            assertThat(gateway.process().awaitExit(SECONDS)).isEqualTo(1);

            assertThat(gateway.process().errors())
                    .singleElement()
                    .satisfies(line -> assertThat(line).contains("embedded-redis.jar"));
        }
    }
}
