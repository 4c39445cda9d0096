package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.ChannelName;
import dev.hermes.gateway.event.EnvelopeParser;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.loop.OwnerLoop;
import dev.hermes.gateway.redis.RedisLinkListener;
import java.time.InstantSource;

/**
 * Takes messages from Redis' pub/sub: events go to the log, other messages are counted and kept aside. Owned by the
 * loop of the Redis link.
 */
public final class PubSubDoor {

    private final OwnerLoop loop;
    private final ChannelDirectory channels;
    private final EnvelopeParser parser;
    private final Publisher publisher;
    private final LogFeed feed;
    private final RejectedMessages rejected;
    private final InstantSource clock;

    /** Must be called on the loop of the Redis link. */
    public PubSubDoor(
            OwnerLoop loop,
            ChannelDirectory channels,
            EnvelopeParser parser,
            Publisher publisher,
            LogFeed feed,
            RejectedMessages rejected,
            InstantSource clock) {
        this.loop = loop;
        this.channels = channels;
        this.parser = parser;
        this.publisher = publisher;
        this.feed = feed;
        this.rejected = rejected;
        this.clock = clock;
    }

    /** Handles one message. */
    public void onMessage(RedisLinkListener.Message message) {
        assert loop.here();
        ChannelName channel = channels.ofMessage(message.channel(), message.pattern());
        if (channel == null) {
            return;
        }
        String pattern = message.pattern();
        String subscription = pattern == null ? message.channel() : pattern;
        Parsed parsed = parser.parse(channel, message.payload(), clock.instant());
        if (parsed instanceof Parsed.Accepted accepted) {
            publisher.count(accepted.envelope(), Publisher.Counters.Source.PUBSUB);
            feed.event(subscription, accepted.envelope());
        } else if (parsed instanceof Parsed.Rejected rejection) {
            publisher.rejected(rejection.reason());
            feed.rejected(
                    subscription,
                    () -> rejected.keep(message.channel(), rejection.reason(), rejection.detail(), message.payload()));
        }
    }
}
