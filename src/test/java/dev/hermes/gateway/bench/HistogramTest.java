package dev.hermes.gateway.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;

class HistogramTest {

    @Test
    void tellsPercentilesWithinOnePerCent() {
        Histogram histogram = new Histogram();
        for (int value = 1; value <= 1_000_000; value++) {
            histogram.record(value);
        }

        assertThat(histogram.count()).isEqualTo(1_000_000);
        for (double percent : new double[] {0.1, 10, 50, 90, 99, 99.9, 99.99}) {
            assertThat(histogram.nanosAt(percent))
                    .as("%s %%", percent)
                    .isCloseTo(Math.round(percent * 10_000), withinPercentage(1));
        }
        assertThat(histogram.nanosAt(100)).isEqualTo(1_000_000);
    }

    @Test
    void keepsSmallAndLargeValues() {
        Histogram histogram = new Histogram();
        histogram.record(-5);
        histogram.record(7);
        histogram.record(Long.MAX_VALUE);

        assertThat(histogram.nanosAt(1)).isZero();
        assertThat(histogram.nanosAt(50)).isEqualTo(7);
        assertThat(histogram.nanosAt(100)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void addsUp() {
        Histogram one = new Histogram();
        Histogram other = new Histogram();
        one.record(1);
        other.record(100);
        other.record(100);
        one.add(other);

        assertThat(one.count()).isEqualTo(3);
        assertThat(one.nanosAt(50)).isEqualTo(100);
    }

    @Test
    void nothingIsNothing() {
        assertThat(new Histogram().nanosAt(99)).isZero();
    }
}
