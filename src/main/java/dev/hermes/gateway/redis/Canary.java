package dev.hermes.gateway.redis;

import dev.hermes.gateway.protocol.RedisNames;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The numbered messages that a session sends to itself through Redis, and when each was sent. Time is nanoseconds of one
 * monotonic clock and is passed in. What counts is how long one has been under way, not when the last came back: so a
 * gateway that was itself suspended does not blame Redis. Nor is a canary missed while other messages come: it waits its
 * turn behind them. Confined to the owner's loop.
 */
final class Canary {

    /** However many messages come, so many times the limit is too long. */
    private static final int LIMITS_BEHIND_MESSAGES = 10;

    private final long limitNanos;
    private final Deque<Long> underWay = new ArrayDeque<>();
    private long oldest;
    private boolean heard;

    Canary(long limitNanos) {
        this.limitNanos = limitNanos;
    }

    /** Its number. */
    long sent(long now) {
        underWay.addLast(now);
        return oldest + underWay.size() - 1;
    }

    /** The number in a message; -1, which none has, in one that somebody else sent. */
    static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notOurs) {
            return -1;
        }
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

    /** Another message came. Those of gateways come without end, and show nothing. */
    void heard(String channel) {
        heard |= !channel.startsWith(RedisNames.OWN_CHANNELS);
    }

    /** Whether one has been under way for too long, and nothing else was heard since this was asked last. */
    boolean overdue(long now) {
        boolean others = heard;
        heard = false;
        Long first = underWay.peekFirst();
        return first != null && now - first >= (others ? LIMITS_BEHIND_MESSAGES * limitNanos : limitNanos);
    }
}
