package dev.hermes.gateway.ops;

import java.time.Duration;

/**
 * How long the ends of the streams are spread, so that a gateway which goes does not send all its clients to the others
 * at once. Pure.
 */
public final class DrainPlan {

    private static final Duration PER_STREAM = Duration.ofMillis(10);
    private static final Duration LEAST = Duration.ofSeconds(1);

    /** What is left of the timeout for those after the streams: the log, Redis, Vert.x. */
    private static final Duration RESERVE = Duration.ofSeconds(1);

    private DrainPlan() {}

    /**
     * 10 ms a stream, at least 1 s, at most the timeout less 1 s. A timeout under 2 s cannot grant both and is halved
     * between the streams and those after them. No streams need no time.
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
