package dev.hermes.gateway.redis;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hears what a {@link RedisLink} has to tell, on the link's event loop, in the order in which it happened, and nothing
 * any more once the link is being closed. {@link #onUp} and {@link #onDown} take turns, beginning with {@link #onUp};
 * messages come only between the two.
 */
public interface RedisLinkListener {

    /** Before there is one. */
    RedisLinkListener NOBODY = new RedisLinkListener() {
        @Override
        public void onMessage(Message message) {}

        @Override
        public void onUp(@Nullable Instant downSince) {}

        @Override
        public void onDown(String reason) {}
    };

    /** A message; of one connection, so between {@link #onUp} and {@link #onDown} in Redis' own order, none left out. */
    void onMessage(Message message);

    /**
     * What Redis holds is now this: told before {@link #onUp} each time, and again whenever it has changed, since Redis was
     * flushed or exchanged.
     *
     * @param identity see {@link IdentityCheck.LogIdentity}
     */
    default void onIdentity(String identity) {}

    /**
     * Redis is there and takes no writes, out of memory for example; or takes them again. Messages are heard all the same.
     * Told before {@link #onUp} where it is so from the beginning, and every second for as long as it lasts; it need not be
     * told to be over when {@link #onDown} comes.
     *
     * @param reason why not, for people; carries no password
     */
    default void onWritable(boolean writable, String reason) {}

    /**
     * Redis is proven to be there: every subscription is confirmed and what is published comes back. Commands work.
     *
     * @param downSince when it was lost; null the first time
     */
    void onUp(@Nullable Instant downSince);

    /**
     * Another node of the Cluster has the log now; {@link #onDown} is about to follow, if it was up. What was heard and
     * is not in the log yet has no place in the order of that node.
     */
    default void onLogMoved() {}

    /**
     * Redis was lost: commands fail, messages published from now on are not heard.
     *
     * @param reason for people; carries no password
     */
    void onDown(String reason);

    /**
     * One message heard on a subscription.
     *
     * @param channel the channel it was published on
     * @param pattern the pattern that matched, null if the channel itself is subscribed
     * @param payload the bytes as published; nobody changes them
     */
    record Message(String channel, @Nullable String pattern, Buffer payload) {}

    /**
     * What is listened to, the same for as long as the gateway runs. Either list may be empty.
     *
     * @param logReaders connections to read a log in Redis with, beside one that follows its tail; 0 for neither
     */
    record Subscriptions(List<String> channels, List<String> patterns, int logReaders) {

        public Subscriptions {
            channels = List.copyOf(channels);
            patterns = List.copyOf(patterns);
        }

        /** Without connections for a log. */
        public Subscriptions(List<String> channels, List<String> patterns) {
            this(channels, patterns, 0);
        }
    }
}
