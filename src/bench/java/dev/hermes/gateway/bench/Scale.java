package dev.hermes.gateway.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;

/**
 * Where values lie on an axis.
 *
 * @param measure turns a value into what grows evenly along the axis
 * @param low the value at {@code from}
 * @param high the value at {@code to}
 */
record Scale(DoubleUnaryOperator measure, double low, double high, double from, double to, List<Double> ticks) {

    private static final double[] NICE = {1, 2, 5};
    private static final int MOST_TICKS = 7;

    /** From 0 to a round number above the highest value. */
    static Scale linear(double highest, double from, double to) {
        double step = niceAtLeast(Math.max(highest, 1e-6) / (MOST_TICKS - 1));
        List<Double> ticks = new ArrayList<>();
        for (int tick = 0; tick == 0 || ticks.get(tick - 1) < highest; tick++) {
            ticks.add(tick * step);
        }
        return new Scale(value -> value, 0, ticks.get(ticks.size() - 1), from, to, ticks);
    }

    /** By powers, from a round number below the lowest to one above the highest value. */
    static Scale logarithmic(double lowest, double highest, double from, double to) {
        double low = niceAtMost(lowest);
        double high = niceAtLeast(highest);
        List<Double> ticks = new ArrayList<>();
        for (double tick = low; tick <= high * 1.001; tick = niceAtLeast(tick * 1.01)) {
            ticks.add(tick);
        }
        return new Scale(Math::log, low, high, from, to, ticks);
    }

    /** By powers, with ticks at the values themselves. */
    static Scale logarithmic(List<Double> values, double from, double to) {
        return new Scale(Math::log, values.get(0), values.get(values.size() - 1), from, to, values);
    }

    /** Per cent, the last ones spread out: as far from 90 to 99 as from 99 to 99.9. */
    static Scale percentiles(double highest, double from, double to) {
        List<Double> ticks = Stream.of(0.0, 50.0, 90.0, 99.0, 99.9, 99.99)
                .filter(tick -> tick <= highest)
                .toList();
        return new Scale(percent -> -Math.log10(1 - percent / 100), 0, highest, from, to, ticks);
    }

    double at(double value) {
        double least = measure.applyAsDouble(low);
        double share = (measure.applyAsDouble(value) - least) / (measure.applyAsDouble(high) - least);
        return from + share * (to - from);
    }

    private static double niceAtLeast(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double nice : NICE) {
            if (nice * power >= value * 0.999) {
                return nice * power;
            }
        }
        return 10 * power;
    }

    private static double niceAtMost(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        double most = power;
        for (double nice : NICE) {
            most = nice * power <= value * 1.001 ? nice * power : most;
        }
        return most;
    }
}
