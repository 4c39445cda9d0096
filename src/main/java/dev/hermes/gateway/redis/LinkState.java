package dev.hermes.gateway.redis;

/**
 * Where a {@link RedisLink} stands. The way to {@link #LIVE} leads through every state in order and so through {@link
 * #PROVING}; from each it can fall back to {@link #DISCONNECTED}; {@link #CLOSED} is the end.
 */
public enum LinkState {
    /** Nothing is open; the next attempt is due after the backoff. */
    DISCONNECTED,
    /** Both connections are being opened and greeted. */
    CONNECTING,
    /** Connected; not every subscription is confirmed. */
    SUBSCRIBING,
    /** Subscribed; whether a message really comes back is being found out. */
    PROVING,
    /** Messages come back, commands are answered. */
    LIVE,
    /** Closed by its owner. */
    CLOSED;

    /**
     * The move to another state.
     *
     * @throws IllegalStateException if it is not a legal one
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
