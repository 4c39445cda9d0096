package dev.hermes.gateway.ops;

import java.time.Duration;

/**
 * Computes the time over which the ends of the streams are spread, so that a gateway that shuts down does not send
 * all its clients to the others at once. Without state.
 */
public final class DrainPlan {

    private static final Duration PER_STREAM = Duration.ofMillis(10);
    private static final Duration LEAST = Duration.ofSeconds(1);

    /** The part of the timeout that remains for closing the log, Redis and Vert.x after the streams. */
    private static final Duration RESERVE = Duration.ofSeconds(1);

    private DrainPlan() {}

    /**
     * 10 ms per stream, at least 1 s, at most the timeout minus 1 s. A timeout under 2 s has no room for both and is
     * divided in halves between the streams and the rest. Zero without streams.
     *
     * @param streams open now, at least 0
     * @param timeout {@code HERMES_DRAIN_TIMEOUT}
     */
    public static Duration over(int streams, Duration timeout) {
        if (streams <= 0) {
            return Duration.ZERO;
        }
        Duration most = longer(timeout.minus(RESERVE), timeout.dividedBy(2));
        return shorter(longer(PER_STREAM.multipliedBy(streams), LEAST), most);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
