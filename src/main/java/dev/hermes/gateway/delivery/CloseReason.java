package dev.hermes.gateway.delivery;

import java.util.Locale;
import java.util.random.RandomGenerator;

/** Why a stream ended: the only values of that label, and of {@code closing}. */
public enum CloseReason {
    /** The client went away; nothing is told. */
    CLIENT_GONE(0, 0),
    CONNECTION_TIMEOUT(0, 500),
    SERVER_SHUTDOWN(0, 2_000),
    SLOW_CONSUMER(2_000, 5_000),
    TOKEN_EXPIRED(5_000, 15_000),
    TOKEN_REVOKED(5_000, 15_000),
    DISABLED(5_000, 15_000);

    private final String label = name().toLowerCase(Locale.ROOT);
    private final int fromMillis;
    private final int toMillis;

    CloseReason(int fromMillis, int toMillis) {
        this.fromMillis = fromMillis;
        this.toMillis = toMillis;
    }

    /** As it stands in frames and metrics. */
    public String label() {
        return label;
    }

    /** When this client should come back; each gets its own, or all would return at once. */
    int reconnectAfterMillis(RandomGenerator random) {
        return random.nextInt(fromMillis, toMillis + 1);
    }
}
