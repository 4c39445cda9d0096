package dev.hermes.gateway.fuzz;

import java.util.Random;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.RandomGenerator;

/** Writes inputs; used by one thread, which is in a session of jqwik. */
@FunctionalInterface
interface Source {

    /** What jqwik calls the number of tries: how likely it tries the edges of each range. */
    int TRIES = 1_000;

    byte[] next(Random random);

    static Source of(Arbitrary<byte[]> inputs) {
        RandomGenerator<byte[]> generator = inputs.generator(TRIES);
        return random -> generator.next(random).value();
    }

    /** Some of them broken. */
    default Source broken(int percent) {
        return random -> {
            byte[] input = next(random);
            return random.nextInt(100) < percent ? Havoc.broken(input, random) : input;
        };
    }

    default Source then(UnaryOperator<byte[]> step) {
        return random -> step.apply(next(random));
    }
}
