package dev.hermes.gateway.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code mvn -Pfuzz verify}, with {@code -Dfuzz.seed=}, {@code -Dfuzz.minutes=} and {@code -Dfuzz.inputs=} as wanted. */
@Tag("fuzz")
class FuzzIT {

    private static final Path REPORT = Path.of("target/fuzz.md");
    private static final Path SUSPECTS = Path.of("target/fuzz");

    @Test
    @Timeout(value = 70, unit = TimeUnit.MINUTES)
    void nothingThatComesInHarmsAnything() throws IOException, InterruptedException {
        FuzzSettings settings = FuzzSettings.ofThisRun();
        System.out.println("fuzz " + settings + " again: mvn -Pfuzz verify -Dfuzz.seed=" + settings.seed());
        try (FuzzRun run = new FuzzRun(settings, SUSPECTS)) {
            run.run();
            Files.writeString(REPORT, run.report());
            System.out.println(run.report());
            run.faults().forEach(System.out::println);

            assertThat(run.faults()).isEmpty();
            assertThat(run.taken()).as("inputs in fuzz.minutes").isGreaterThanOrEqualTo(settings.inputs());
        }
    }
}
