package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.ChannelName;
import dev.hermes.gateway.event.EnvelopeParser;
import dev.hermes.gateway.redis.RedisCommands;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a log in Redis is made of. */
public final class RedisLogParts {

    private final LogScripts scripts;
    private final RedisCommands tail;
    private final StreamReader reader;
    private final StreamEntries entries;
    private final LatestIdIndex.LatestIds latest;
    private final ProducerCounter producers;
    private final InstantSource clock;

    /**
     * @param tail a connection of its own
     * @param readers connections of their own, at least one
     * @param channels what a name in the log stands for, null for nothing that is known
     * @param indexed the channels that can be recalled
     */
    public RedisLogParts(
            LogScripts scripts,
            RedisCommands tail,
            List<RedisCommands> readers,
            Function<String, @Nullable ChannelName> channels,
            EnvelopeParser parser,
            Set<String> indexed,
            InstantSource clock) {
        this.scripts = scripts;
        this.tail = tail;
        this.entries = new StreamEntries(channels, parser, clock);
        this.reader = new StreamReader(readers, entries);
        this.latest = new LatestIdIndex.LatestIds(indexed);
        this.producers = new ProducerCounter(scripts);
        this.clock = clock;
    }

    public LogScripts scripts() {
        return scripts;
    }

    RedisCommands tail() {
        return tail;
    }

    StreamReader reader() {
        return reader;
    }

    StreamEntries entries() {
        return entries;
    }

    LatestIdIndex.LatestIds latest() {
        return latest;
    }

    ProducerCounter producers() {
        return producers;
    }

    public InstantSource clock() {
        return clock;
    }
}
