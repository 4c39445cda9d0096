package dev.hermes.gateway.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** One figure for several rounds. */
final class Medians {

    private Medians() {}

    static double of(Collection<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** Each figure's own, whichever round it is from. */
    static Measurement ofRounds(List<Measurement> rounds) {
        Measurement first = rounds.get(0);
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        for (Figure figure : Figure.values()) {
            List<Double> values = rounds.stream()
                    .map(round -> round.figures().get(figure))
                    .filter(Objects::nonNull)
                    .toList();
            if (!values.isEmpty()) {
                figures.put(figure, of(values));
            }
        }
        return new Measurement(first.server(), first.point(), 0, figures, curve(rounds));
    }

    private static List<CurvePoint> curve(List<Measurement> rounds) {
        List<CurvePoint> first = rounds.get(0).curve();
        return new ArrayList<>(IntStream.range(0, first.size())
                .mapToObj(at -> new CurvePoint(
                        first.get(at).percent(),
                        of(rounds.stream()
                                .map(round -> round.curve().get(at).millis())
                                .toList())))
                .toList());
    }
}
