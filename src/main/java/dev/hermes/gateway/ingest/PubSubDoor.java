package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.ChannelName;
import dev.hermes.gateway.event.EnvelopeParser;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.loop.OwnerLoop;
import dev.hermes.gateway.redis.RedisLinkListener;
import java.time.InstantSource;

/**
 * Judges Redis messages: what is an event goes to the log, what is none is counted and kept aside. Owned by the loop of the
 * link to Redis.
 */
public final class PubSubDoor {

    private final OwnerLoop loop;
    private final ChannelDirectory channels;
    private final EnvelopeParser parser;
    private final Publisher publisher;
    private final LogFeed feed;
    private final RejectedMessages rejected;
    private final InstantSource clock;

    /** Must be called on the loop of the link. */
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

    /** Takes one message. */
    public void onMessage(RedisLinkListener.Message message) {
        assert loop.here();
        ChannelName heard = channels.heard(message.channel(), message.pattern());
        if (heard == null) {
            return;
        }
        String pattern = message.pattern();
        String subscription = pattern == null ? message.channel() : pattern;
        Parsed parsed = parser.parse(heard, message.payload(), clock.instant());
        if (parsed instanceof Parsed.Accepted accepted) {
            publisher.heard(accepted.envelope(), IngestCounters.Source.PUBSUB);
            feed.event(subscription, accepted.envelope());
        } else if (parsed instanceof Parsed.Rejected none) {
            publisher.rejected(none.reason());
            feed.noEvent(
                    subscription,
                    () -> rejected.keep(message.channel(), none.reason(), none.detail(), message.payload()));
        }
    }
}
