package dev.hermes.gateway.redis;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Receives the events of a {@link RedisLink}, on the link's event loop, in the order in which they happened, and none
 * once the link is being closed. {@link #onUp} and {@link #onDown} alternate, beginning with {@link #onUp}; messages
 * come only between the two.
 */
public interface RedisLinkListener {

    /** A listener that does nothing, used until the link is started. */
    RedisLinkListener NOBODY = new RedisLinkListener() {
        @Override
        public void onMessage(Message message) {}

        @Override
        public void onUp(@Nullable Instant downSince) {}

        @Override
        public void onDown(String reason) {}
    };

    /**
     * A message. All messages between {@link #onUp} and {@link #onDown} come from one connection: in Redis' own
     * order, none left out.
     */
    void onMessage(Message message);

    /**
     * Redis now holds the log of this identity. Called before each {@link #onUp}, and whenever the identity has
     * changed, because Redis was flushed or replaced.
     *
     * @param identity see {@link IdentityCheck.LogIdentity}
     */
    default void onIdentity(String identity) {}

    /**
     * Redis takes no writes, for example because it is out of memory, or takes them again. Messages are received
     * nevertheless. Called before {@link #onUp} if it is so from the beginning, and then every second as long as it
     * lasts; {@link #onDown} ends it too, without another call.
     *
     * @param reason why Redis takes no writes, for people; contains no password
     */
    default void onWritable(boolean writable, String reason) {}

    /**
     * Redis is proven to be reachable: every subscription is confirmed and published messages come back. Commands
     * work.
     *
     * @param downSince when Redis was lost; null the first time
     */
    void onUp(@Nullable Instant downSince);

    /**
     * Another node of the Cluster owns the log now; {@link #onDown} follows if the link was up. Messages that were
     * received and are not in the log yet have no place in the order of the new node.
     */
    default void onLogMoved() {}

    /**
     * Redis was lost: commands fail, and messages published from now on are not received.
     *
     * @param reason for people; contains no password
     */
    void onDown(String reason);

    /**
     * One message received on a subscription.
     *
     * @param channel the channel on which it was published
     * @param pattern the pattern that matched, null if the channel itself is subscribed
     * @param payload the bytes as published; nobody changes them
     */
    record Message(String channel, @Nullable String pattern, Buffer payload) {}

    /**
     * The subscriptions of a gateway, which stay the same as long as it runs. Either list may be empty.
     *
     * @param logReaders the number of connections for reading a log in Redis, in addition to one that follows its
     *     tail; 0 for none of both
     */
    record Subscriptions(List<String> channels, List<String> patterns, int logReaders) {

        public Subscriptions {
            channels = List.copyOf(channels);
            patterns = List.copyOf(patterns);
        }

        /** Subscriptions without connections for a log. */
        public Subscriptions(List<String> channels, List<String> patterns) {
            this(channels, patterns, 0);
        }
    }
}
