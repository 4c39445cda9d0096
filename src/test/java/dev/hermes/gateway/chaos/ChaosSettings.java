package dev.hermes.gateway.chaos;

import java.security.SecureRandom;
import java.time.Duration;

/**
 * How a run goes.
 *
 * @param seed of everything that is left to chance
 * @param lasting how long things are broken, {@code -Dchaos.minutes}, 1 to 13
 * @param clients how many there are
 */
record ChaosSettings(long seed, Duration lasting, int clients, int gateways) {

    private static final int MOST_MINUTES = 13;

    /** How many events are to be judged at least, one counted for each client: a million in a run of usual length. */
    long leastDue() {
        return lasting.toMinutes() * 100_000;
    }

    static ChaosSettings ofThisRun() {
        String seed = System.getProperty("chaos.seed", "");
        int minutes = Integer.getInteger("chaos.minutes", 10);
        if (minutes < 1 || minutes > MOST_MINUTES) {
            throw new IllegalArgumentException(
                    "chaos.minutes: " + minutes + ", allowed: a whole number from 1 to " + MOST_MINUTES);
        }
        return new ChaosSettings(
                seed.isEmpty() ? new SecureRandom().nextInt(1_000_000) : Long.parseLong(seed),
                Duration.ofMinutes(minutes),
                Integer.getInteger("chaos.clients", 96),
                3);
    }
}
