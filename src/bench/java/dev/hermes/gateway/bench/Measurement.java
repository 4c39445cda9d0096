package dev.hermes.gateway.bench;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One round of one server.
 *
 * @param point which of several loads it was; empty if there is one
 */
record Measurement(String server, String point, int round, Map<Figure, Double> figures, List<CurvePoint> curve) {

    static Measurement of(String server, String point, int round) {
        return new Measurement(server, point, round, new EnumMap<>(Figure.class), List.of());
    }

    Measurement with(Figure figure, double value) {
        Map<Figure, Double> more = new EnumMap<>(Figure.class);
        more.putAll(figures);
        more.put(figure, value);
        return new Measurement(server, point, round, more, curve);
    }

    Measurement with(Histogram latencies) {
        Measurement more = with(Figure.P50, latencies.millisAt(50))
                .with(Figure.P90, latencies.millisAt(90))
                .with(Figure.P99, latencies.millisAt(99))
                .with(Figure.MAX, latencies.millisAt(100));
        return new Measurement(server, point, round, more.figures(), CurvePoint.curve(latencies));
    }
}
