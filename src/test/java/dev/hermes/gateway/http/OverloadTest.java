package dev.hermes.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.fixture.LogLines;
import dev.hermes.gateway.http.Overload.Cause;
import dev.hermes.gateway.loop.LoopLag;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Measured every 100 ms; a loop may be late by a second, and of heap and descriptors 80 and 90 percent may be in use. */
class OverloadTest {

    private final Overload overload = new Overload(new Settings.Overload(Duration.ofSeconds(1), 80, 90));
    private long millis = 1_000_000;

    @BeforeEach
    void theStartIsLongAgo() {
        lag(0, 121_000);
    }

    private void measure(Cause cause, double value, long forMillis, long everyMillis) {
        for (long passed = 0; passed < forMillis; passed += everyMillis) {
            millis += everyMillis;
            overload.measured(cause, value, TimeUnit.MILLISECONDS.toNanos(millis));
        }
    }

    private void lag(double lateMillis, long forMillis) {
        measure(Cause.LOOP_LAG, lateMillis, forMillis, 100);
    }

    @Test
    void aLagThatLastsIsAnOverload() {
        lag(1_000, 14_000);
        assertThat(overload.causes()).isEmpty();

        lag(1_000, 1_500);
        assertThat(overload.causes()).containsExactly(Cause.LOOP_LAG);
    }

    @Test
    void aLagSoonAfterTheStartIsNone() {
        Overload fresh = new Overload(new Settings.Overload(Duration.ofSeconds(1), 80, 90));
        for (long second = 0; second < 120; second++) {
            fresh.measured(Cause.LOOP_LAG, 20_000, TimeUnit.SECONDS.toNanos(second));
        }
        fresh.measured(Cause.LOOP_LAG, 0, TimeUnit.SECONDS.toNanos(120));

        assertThat(fresh.causes()).isEmpty();
    }

    @Test
    void aBurstOfLagIsNone() {
        for (int burst = 0; burst < 10; burst++) {
            lag(30_000, 13_000);
            lag(900, 100);
        }

        assertThat(overload.causes()).isEmpty();
    }

    @Test
    void aProcessThatWasStoppedIsNotOverloadedByThat() {
        lag(0, 1_000);
        measure(Cause.LOOP_LAG, 60_000, 60_000, 60_000);
        lag(60_000, 2_000);
        lag(0, 1_000);

        assertThat(overload.causes()).isEmpty();
    }

    @Test
    void aLoopThatIsHeldUpTurnAfterTurnIsMeasuredSeldomAndOverloadedAllTheSame() {
        measure(Cause.LOOP_LAG, 3_000, 48_000, 3_000);

        assertThat(overload.causes()).containsExactly(Cause.LOOP_LAG);
    }

    @Test
    void itEndsOnceTheLoopsHaveBeenInTimeForAWhile() {
        lag(1_000, 16_000);
        lag(100, 9_000);
        lag(600, 100);
        lag(100, 9_000);
        assertThat(overload.causes()).containsExactly(Cause.LOOP_LAG);

        lag(100, 1_500);
        assertThat(overload.causes()).isEmpty();
    }

    @Test
    void justBelowItsLimitAMeasureDoesNotEndIt() {
        measure(Cause.HEAP, 80, 100, 100);
        assertThat(overload.causes()).containsExactly(Cause.HEAP);

        measure(Cause.HEAP, 79, 60_000, 100);
        assertThat(overload.causes()).containsExactly(Cause.HEAP);

        measure(Cause.HEAP, 75, 5_000, 100);
        assertThat(overload.causes()).isEmpty();
    }

    @Test
    void eachCauseEndsByItself() {
        measure(Cause.HEAP, 90, 100, 100);
        measure(Cause.DESCRIPTORS, 90, 100, 100);
        assertThat(overload.causes()).containsExactlyInAnyOrder(Cause.HEAP, Cause.DESCRIPTORS);

        measure(Cause.HEAP, 10, 6_000, 100);
        assertThat(overload.causes()).containsExactly(Cause.DESCRIPTORS);
    }

    @Test
    void aLimitOfZeroIsNever() {
        Overload never = new Overload(new Settings.Overload(Duration.ZERO, 0, 0));
        for (Cause cause : Cause.values()) {
            never.measured(cause, 1_000_000, 0);
            never.measured(cause, 1_000_000, Long.MAX_VALUE);
        }

        assertThat(never.causes()).isEmpty();
    }

    @Test
    void theLoopThatIsLateByMostCounts() {
        long[] nanos = {0};
        LoopLag one = new LoopLag(Duration.ofMillis(100), () -> nanos[0]);
        LoopLag ended = new LoopLag(Duration.ofMillis(100), () -> nanos[0]);
        overload.watch(one);
        overload.watch(ended);
        nanos[0] = TimeUnit.SECONDS.toNanos(3);
        one.tick();
        assertThat(overload.lagMillis()).isEqualTo(2_900);

        overload.forget(ended);
        nanos[0] = TimeUnit.SECONDS.toNanos(10);
        one.tick();
        one.tick();
        assertThat(overload.lagMillis()).isEqualTo(6_900);
    }

    @Test
    void aLineTellsWhenItBeginsAndOneWhenItEnds() {
        try (LogLines lines = LogLines.capture()) {
            measure(Cause.DESCRIPTORS, 91, 100, 100);
            measure(Cause.DESCRIPTORS, 97, 1_000, 100);
            measure(Cause.DESCRIPTORS, 10, 6_000, 100);

            assertThat(lines.all())
                    .filteredOn(line -> line.contains("overload"))
                    .satisfiesExactly(
                            began -> assertThat(began)
                                    .contains(
                                            "overload began", "cause=\"descriptors\"", "value=\"91\"", "limit=\"90\""),
                            ended -> assertThat(ended)
                                    .contains(
                                            "overload ended",
                                            "cause=\"descriptors\"",
                                            "greatest=\"97\"",
                                            "seconds=\"6\"",
                                            "turned_away=\"0\""));
        }
    }
}
