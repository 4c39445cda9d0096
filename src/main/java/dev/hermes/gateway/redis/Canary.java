package dev.hermes.gateway.redis;

import dev.hermes.gateway.protocol.RedisNames;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The numbered messages that a session sends to itself through Redis, with the time each was sent. Times are
 * nanoseconds of one monotonic clock, passed in. A canary is overdue by how long it has been under way, not by when
 * the last one came back, so a gateway that was itself suspended does not blame Redis. While other messages arrive
 * the limit is longer, since the canary waits behind them. Confined to the owner's loop.
 */
final class Canary {

    /** While other messages arrive, a canary is overdue after this many times the limit. */
    private static final int LIMITS_BEHIND_MESSAGES = 10;

    private final long limitNanos;
    private final Deque<Long> underWay = new ArrayDeque<>();
    private long oldest;
    private boolean otherMessages;

    Canary(long limitNanos) {
        this.limitNanos = limitNanos;
    }

    /** Notes that a canary was sent; returns its number. */
    long sent(long now) {
        underWay.addLast(now);
        return oldest + underWay.size() - 1;
    }

    /** The number in a message; -1, which no canary has, if the text is not a number. */
    static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notOurs) {
            return -1;
        }
    }

    /** How long this canary took, or -1 if it is not under way; earlier ones no longer count as under way. */
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

    /** Notes another message. Messages of gateways do not count, since they arrive all the time and show nothing. */
    void otherMessage(String channel) {
        otherMessages |= !channel.startsWith(RedisNames.OWN_CHANNELS);
    }

    /** Whether a canary is overdue, given the messages received since the last call. */
    boolean overdue(long now) {
        boolean others = otherMessages;
        otherMessages = false;
        Long first = underWay.peekFirst();
        return first != null && now - first >= (others ? LIMITS_BEHIND_MESSAGES * limitNanos : limitNanos);
    }
}
