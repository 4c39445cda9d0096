package dev.hermes.gateway.chaos;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * What breaks when, all from the seed: every kind once in an order of chance, and pairs among them; then again. Used by one
 * thread.
 */
final class FaultPlan {

    private static final int PAIRS_A_ROUND = 6;
    private static final int SHORTEST_MILLIS = 500;
    private static final int LONGEST_MILLIS = 8_000;
    private static final int LONGEST_PAUSE_MILLIS = 3_000;

    private final Random random;
    private final int gateways;
    private final Set<FaultKind> possible;
    private final Deque<List<Fault>> round = new ArrayDeque<>();

    /**
     * @param possible what can be made here
     */
    FaultPlan(long seed, int gateways, Set<FaultKind> possible) {
        this.possible = EnumSet.copyOf(possible);
        this.random = new Random(seed);
        this.gateways = gateways;
    }

    /** What breaks next: one thing, or two at once. */
    List<Fault> next() {
        if (round.isEmpty()) {
            List<List<Fault>> turns = new ArrayList<>();
            possible.forEach(kind -> turns.add(List.of(fault(kind))));
            for (int pair = 0; pair < PAIRS_A_ROUND; pair++) {
                turns.add(pair());
            }
            Collections.shuffle(turns, random);
            round.addAll(turns);
        }
        return round.remove();
    }

    /** How long all is well before that. */
    Duration pause() {
        return Duration.ofMillis(random.nextInt(LONGEST_PAUSE_MILLIS));
    }

    private List<Fault> pair() {
        List<FaultKind> kinds = possible.stream()
                .filter(kind -> kind.place() != FaultKind.Place.CLOCK)
                .toList();
        FaultKind one = kinds.get(random.nextInt(kinds.size()));
        FaultKind other = one;
        while (other.place() == one.place()) {
            other = kinds.get(random.nextInt(kinds.size()));
        }
        return List.of(fault(one), fault(other));
    }

    private Fault fault(FaultKind kind) {
        return new Fault(
                kind,
                random.nextInt(gateways),
                random.nextBoolean(),
                0.2 + 0.8 * random.nextDouble(),
                Duration.ofMillis(SHORTEST_MILLIS + random.nextInt(LONGEST_MILLIS - SHORTEST_MILLIS)));
    }
}
