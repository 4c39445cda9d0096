package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EnvelopeParser;
import dev.hermes.gateway.event.OwnerLoop;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.redis.RedisCommands;
import dev.hermes.gateway.redis.RedisMessage;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns Redis messages into envelopes. What arrives within one turn of the event loop is one append. Owned by the loop of
 * the link to Redis.
 */
public final class RedisIngest {

    private static final Logger LOG = LoggerFactory.getLogger(RedisIngest.class);

    private final OwnerLoop loop;
    private final ChannelDirectory channels;
    private final EnvelopeParser parser;
    private final Publisher publisher;
    private final RejectedMessages rejected;
    private final InstantSource clock;
    private List<Envelope> arrived = new ArrayList<>();

    /** Must be called on the loop of the link. */
    public RedisIngest(
            OwnerLoop loop,
            ChannelDirectory channels,
            EnvelopeParser parser,
            Publisher publisher,
            RedisCommands redis,
            InstantSource clock) {
        this.loop = loop;
        this.channels = channels;
        this.parser = parser;
        this.publisher = publisher;
        this.rejected = new RejectedMessages(redis);
        this.clock = clock;
    }

    /** Takes one message. */
    public void onMessage(RedisMessage message) {
        assert loop.here();
        ChannelDirectory.Heard heard = channels.heard(message.channel(), message.pattern());
        if (heard == null) {
            return;
        }
        Parsed parsed = parser.parse(heard.shape(), heard.key(), message.payload(), clock.instant());
        if (parsed instanceof Parsed.Accepted accepted) {
            if (arrived.isEmpty()) {
                loop.later(this::append);
            }
            arrived.add(accepted.envelope());
        } else if (parsed instanceof Parsed.Rejected refusal) {
            publisher.rejected(refusal.reason());
            rejected.keep(message.channel(), refusal.reason(), refusal.detail(), message.payload());
        }
    }

    private void append() {
        List<Envelope> turn = arrived;
        arrived = new ArrayList<>();
        publisher
                .publish(turn, Source.PUBSUB)
                .onFailure(
                        failure -> LOG.error("events lost count={} failure=\"{}\"", turn.size(), failure.getMessage()));
    }
}
