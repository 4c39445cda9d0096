package dev.hermes.gateway.chaos;

import java.security.SecureRandom;
import java.time.Duration;

/**
 * How a soak goes.
 *
 * @param seed of everything that is left to chance
 * @param lasting how long the load lasts after the first round, {@code -Dsoak.minutes}
 * @param clients how many there are, {@code -Dsoak.clients}; a third of them over TLS
 */
record SoakSettings(long seed, Duration lasting, int clients) {

    static final int MOST_MINUTES = 600;

    private static final int MOST_CLIENTS = 6_000;

    static SoakSettings ofThisRun() {
        String seed = System.getProperty("soak.seed", "");
        return new SoakSettings(
                seed.isEmpty() ? new SecureRandom().nextInt(1_000_000) : Long.parseLong(seed),
                Duration.ofMinutes(number("soak.minutes", 30, MOST_MINUTES)),
                number("soak.clients", 3_000, MOST_CLIENTS));
    }

    private static int number(String name, int otherwise, int most) {
        int number = Integer.getInteger(name, otherwise);
        if (number < 1 || number > most) {
            throw new IllegalArgumentException(name + ": " + number + ", allowed: a whole number from 1 to " + most);
        }
        return number;
    }

    boolean secure(int client) {
        return client % 3 == 2;
    }
}
