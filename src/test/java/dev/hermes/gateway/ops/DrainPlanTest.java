package dev.hermes.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DrainPlanTest {

    @ParameterizedTest(name = "{0} streams, {1} ms: over {2} ms")
    @CsvSource({
        "0, 15000, 0",
        "1, 15000, 1000",
        "100, 15000, 1000",
        "101, 15000, 1010",
        "500, 15000, 5000",
        "1400, 15000, 14000",
        "1401, 15000, 14000",
        "2147483647, 15000, 14000",
        "1, 3000, 1000",
        "1000, 3000, 2000",
        "1, 2000, 1000",
        "1000, 2000, 1000",
        "1, 1000, 500",
        "1000, 1000, 500",
        "1, 0, 0"
    })
    void spreadsTheEndsOfTheStreams(int streams, long timeoutMillis, long overMillis) {
        assertThat(DrainPlan.over(streams, Duration.ofMillis(timeoutMillis))).isEqualTo(Duration.ofMillis(overMillis));
    }
}
