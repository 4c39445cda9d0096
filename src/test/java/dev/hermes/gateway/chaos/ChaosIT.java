package dev.hermes.gateway.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code mvn -Pchaos verify}, with {@code -Dchaos.seed=} and {@code -Dchaos.minutes=} as wanted. */
@Tag("chaos")
class ChaosIT {

    private static final Path REPORT = Path.of("target/chaos.md");
    private static final Path LOGS = Path.of("target/chaos");

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void deliveredAndDeclaredLostIsWhatWasPublishedWhateverBreaks() throws IOException {
        ChaosSettings settings = ChaosSettings.ofThisRun();
        System.out.println("chaos " + settings + " again: mvn -Pchaos verify -Dchaos.seed=" + settings.seed());
        try (ChaosRun run = new ChaosRun(settings, LOGS)) {
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
            assertThat(total.due).as("due").isGreaterThanOrEqualTo(settings.leastDue());
            assertThat(total.once + total.declared)
                    .as("delivered or declared lost")
                    .isEqualTo(total.due);
        }
    }
}
