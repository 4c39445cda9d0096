package dev.hermes.gateway.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code mvn -Psoak verify}, with {@code -Dsoak.seed=} and {@code -Dsoak.minutes=} as wanted. */
@Tag("soak")
class SoakIT {

    private static final Path REPORT = Path.of("target/soak.md");
    private static final Path FOLDER = Path.of("target/soak");

    @Test
    @Timeout(value = SoakSettings.MOST_MINUTES + 60, unit = TimeUnit.MINUTES)
    void whatTheLoadHasTakenIsGivenBack() throws IOException {
        SoakSettings settings = SoakSettings.ofThisRun();
        System.out.println("soak " + settings + " again: mvn -Psoak verify -Dsoak.seed=" + settings.seed());
        try (SoakRun run = new SoakRun(settings, FOLDER)) {
            run.run();
            Judge judge = run.judge();
            String report = run.report(judge);
            Files.writeString(REPORT, report);
            System.out.println(report);
            judge.breaches().forEach(System.out::println);

            assertThat(judge.breaches()).isEmpty();
            Tally total = judge.total();
            assertThat(total.repeated).as("repeated").isZero();
            assertThat(total.silent).as("silently lost").isZero();
            assertThat(total.disordered).as("out of order").isZero();
            assertThat(total.due).as("due").isPositive();
            assertThat(run.notReturned())
                    .as("figures that did not come back to where they were before the load")
                    .isEmpty();
        }
    }
}
