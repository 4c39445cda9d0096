package dev.hermes.gateway.redis;

/**
 * The state of a {@link RedisLink}. The states before {@link #LIVE} follow each other in order, so {@link #LIVE}
 * always comes after {@link #PROVING}. Each state can fall back to {@link #DISCONNECTED}; {@link #CLOSED} is final.
 */
public enum LinkState {
    /** Nothing is open; the next attempt is due after the backoff. */
    DISCONNECTED,
    /** The connections are being opened and set up. */
    CONNECTING,
    /** Connected; some subscription is not confirmed yet. */
    SUBSCRIBING,
    /** Subscribed; whether a published message really comes back is being tested. */
    PROVING,
    /** Published messages come back, and commands are answered. */
    LIVE,
    /** Closed by its owner. */
    CLOSED;

    /**
     * Moves to another state.
     *
     * @throws IllegalStateException if this move is not allowed
     */
    LinkState to(LinkState next) {
        if (!mayBecome(next)) {
            throw new IllegalStateException("The link to Redis cannot go from " + this + " to " + next);
        }
        return next;
    }

    private boolean mayBecome(LinkState next) {
        return switch (next) {
            case CONNECTING -> this == DISCONNECTED;
            case SUBSCRIBING -> this == CONNECTING;
            case PROVING -> this == SUBSCRIBING;
            case LIVE -> this == PROVING;
            case DISCONNECTED -> this == CONNECTING || this == SUBSCRIBING || this == PROVING || this == LIVE;
            case CLOSED -> this != CLOSED;
        };
    }
}
