package dev.hermes.gateway.fuzz;

import java.security.SecureRandom;
import java.time.Duration;

/**
 * How a run goes: until there were so many inputs, or the time is over.
 *
 * @param seed of every input; how they meet in the gateway is the machine's doing
 */
record FuzzSettings(long seed, Duration lasting, int inputs) {

    private static final int MOST_MINUTES = 60;

    static FuzzSettings ofThisRun() {
        String seed = System.getProperty("fuzz.seed", "");
        int minutes = Integer.getInteger("fuzz.minutes", 10);
        int inputs = Integer.getInteger("fuzz.inputs", 1_000_000);
        if (minutes < 1 || minutes > MOST_MINUTES) {
            throw new IllegalArgumentException(
                    "fuzz.minutes: " + minutes + ", allowed: a whole number from 1 to " + MOST_MINUTES);
        }
        if (inputs < 1) {
            throw new IllegalArgumentException("fuzz.inputs: " + inputs + ", allowed: a whole number from 1");
        }
        return new FuzzSettings(
                seed.isEmpty() ? new SecureRandom().nextInt(1_000_000) : Long.parseLong(seed),
                Duration.ofMinutes(minutes),
                inputs);
    }
}
