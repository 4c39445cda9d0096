package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WheelTest {

    private static final long TICK = 50;
    private static final int SLOTS = 8;

    private final Wheel wheel = new Wheel(TICK, SLOTS, 0);
    private final List<String> due = new ArrayList<>();

    private static final class Named extends Wheel.Entry {
        private final String name;

        Named(String name) {
            this.name = name;
        }
    }

    private void advance(long now) {
        wheel.advance(now, entry -> due.add(((Named) entry).name));
    }

    @Test
    void isNeverEarlyAndAtMostOneTickLate() {
        wheel.schedule(new Named("a"), 120);
        advance(100);
        assertThat(due).isEmpty();

        advance(119);
        assertThat(due).isEmpty();

        advance(150);
        assertThat(due).containsExactly("a");
    }

    @Test
    void comesDueOnceOnly() {
        wheel.schedule(new Named("a"), 50);
        advance(50);
        advance(500);
        assertThat(due).containsExactly("a");
    }

    @Test
    void takesADeadlineOfThePastAtTheNextTick() {
        advance(500);
        wheel.schedule(new Named("a"), 10);
        advance(549);
        assertThat(due).isEmpty();

        advance(550);
        assertThat(due).containsExactly("a");
    }

    @Test
    void waitsMoreThanOneRound() {
        long threeRounds = TICK * SLOTS * 3;
        wheel.schedule(new Named("a"), threeRounds);
        for (long now = TICK; now < threeRounds; now += TICK) {
            advance(now);
        }
        assertThat(due).isEmpty();

        advance(threeRounds);
        assertThat(due).containsExactly("a");
    }

    @Test
    void missesNothingInAPauseOfManyRounds() {
        for (int entry = 0; entry < 3 * SLOTS; entry++) {
            wheel.schedule(new Named("e" + entry), 20L + entry * TICK);
        }
        advance(TICK * SLOTS * 100);
        assertThat(due).hasSize(3 * SLOTS);
    }

    @Test
    void canBeMovedAndCancelled() {
        Named moved = new Named("moved");
        Named cancelled = new Named("cancelled");
        wheel.schedule(moved, 50);
        wheel.schedule(cancelled, 50);
        wheel.schedule(moved, 150);
        wheel.cancel(cancelled);
        wheel.cancel(cancelled);
        advance(100);
        assertThat(due).isEmpty();

        advance(150);
        assertThat(due).containsExactly("moved");
    }

    @Test
    void whoeverIsDueMayCancelAnotherThatIsDueToo() {
        Named first = new Named("first");
        Named second = new Named("second");
        wheel.schedule(first, 50);
        wheel.schedule(second, 50);
        wheel.advance(50, entry -> {
            due.add(((Named) entry).name);
            wheel.cancel(entry == first ? second : first);
        });
        advance(1_000);

        assertThat(due).containsExactly("first");
    }

    @Test
    void whoeverIsDueMayPutOffAnotherThatIsDueToo() {
        Named first = new Named("first");
        Named second = new Named("second");
        wheel.schedule(first, 50);
        wheel.schedule(second, 50);
        wheel.advance(50, entry -> {
            due.add(((Named) entry).name);
            wheel.schedule(second, 200);
        });
        assertThat(due).containsExactly("first");

        advance(200);
        assertThat(due).containsExactly("first", "second");
    }

    @Test
    void whoeverIsDueMayScheduleItselfAgainAndIsNotDueInTheSameTick() {
        Named again = new Named("again");
        wheel.schedule(again, 50);
        wheel.advance(50, entry -> {
            due.add(((Named) entry).name);
            wheel.schedule(entry, 50);
        });
        assertThat(due).containsExactly("again");

        advance(100);
        assertThat(due).containsExactly("again", "again");
    }

    @Test
    void losesNobodyWhenOneFails() {
        wheel.schedule(new Named("first"), 50);
        wheel.schedule(new Named("second"), 50);
        try {
            wheel.advance(50, entry -> {
                throw new IllegalStateException("broken");
            });
        } catch (IllegalStateException expected) {
            advance(100);
        }

        assertThat(due).containsExactly("second");
    }

    @Test
    void takesTheLargestDeadline() {
        Named never = new Named("never");
        wheel.schedule(never, Long.MAX_VALUE);
        advance(TICK * SLOTS * 5);
        assertThat(due).isEmpty();
        wheel.cancel(never);
    }

    @Test
    void worksWithAClockBelowZero() {
        Wheel below = new Wheel(TICK, SLOTS, -100);
        below.schedule(new Named("a"), -60);
        below.advance(-75, entry -> due.add("early"));
        below.advance(-50, entry -> due.add(((Named) entry).name));
        assertThat(due).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithASortedListWhateverIsDone(long seed) {
        Random random = new Random(seed);
        long now = random.nextInt(10_000) - 5_000L;
        Wheel tested = new Wheel(TICK, SLOTS, now);
        Map<Integer, Named> entries = new TreeMap<>();
        Map<Integer, Due> reference = new TreeMap<>();
        for (int step = 0; step < 5_000; step++) {
            int which = random.nextInt(40);
            Named entry = entries.computeIfAbsent(which, name -> new Named(String.valueOf(name)));
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    long deadline = now + random.nextInt(2_000) - 200;
                    tested.schedule(entry, deadline);
                    // Scheduled for a tick that has passed already, it comes with the next.
                    reference.put(
                            which,
                            new Due(deadline, Math.max(roundedUp(deadline), Math.floorDiv(now, TICK) * TICK + TICK)));
                }
                case 2 -> {
                    tested.cancel(entry);
                    reference.remove(which);
                }
                default -> {
                    now += random.nextInt(20) == 0 ? random.nextInt(5_000) : random.nextInt(90);
                    List<Integer> got = new ArrayList<>();
                    tested.advance(now, taken -> got.add(Integer.valueOf(((Named) taken).name)));
                    for (int name : got) {
                        Due taken = reference.remove(name);
                        assertThat(taken)
                                .as("seed %d step %d entry %d", seed, step, name)
                                .isNotNull();
                        assertThat(taken == null ? Long.MAX_VALUE : taken.earliest())
                                .isLessThanOrEqualTo(now);
                    }
                    long until = now;
                    assertThat(reference.values())
                            .as("seed %d step %d", seed, step)
                            .noneMatch(left -> left.latest() <= until);
                }
            }
        }
    }

    private record Due(long earliest, long latest) {}

    private static long roundedUp(long deadline) {
        return Math.floorDiv(deadline + TICK - 1, TICK) * TICK;
    }
}
