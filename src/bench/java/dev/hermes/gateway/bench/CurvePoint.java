package dev.hermes.gateway.bench;

import java.util.List;
import java.util.stream.DoubleStream;

/** So many per cent of the events took at most so long. */
record CurvePoint(double percent, double millis) {

    private static final double[] PERCENTS = {0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100};

    static List<CurvePoint> curve(Histogram latencies) {
        return DoubleStream.of(PERCENTS)
                .mapToObj(percent -> new CurvePoint(percent, latencies.millisAt(percent)))
                .toList();
    }
}
