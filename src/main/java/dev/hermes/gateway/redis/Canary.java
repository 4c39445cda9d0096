package dev.hermes.gateway.redis;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The numbered messages that a session sends to itself through Redis, and when each was sent. Time is nanoseconds of one
 * monotonic clock and is passed in. What counts is how long one has been under way, not when the last came back: so a
 * gateway that was itself suspended does not blame Redis. Confined to the owner's loop.
 */
final class Canary {

    private final long limitNanos;
    private final Deque<Long> underWay = new ArrayDeque<>();
    private long oldest;

    Canary(long limitNanos) {
        this.limitNanos = limitNanos;
    }

    /** Its number. */
    long sent(long now) {
        underWay.addLast(now);
        return oldest + underWay.size() - 1;
    }

    /** How long this one took, -1 if it is not under way; earlier ones will not come any more. */
    long cameBack(long number, long now) {
        if (number < oldest || number >= oldest + underWay.size()) {
            return -1;
        }
        long sentAt = now;
        while (oldest <= number) {
            sentAt = underWay.removeFirst();
            oldest++;
        }
        return now - sentAt;
    }

    /** Whether one has been under way for too long. */
    boolean overdue(long now) {
        Long first = underWay.peekFirst();
        return first != null && now - first >= limitNanos;
    }
}
