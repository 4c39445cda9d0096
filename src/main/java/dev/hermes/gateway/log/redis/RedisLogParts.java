package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.ChannelName;
import dev.hermes.gateway.event.EnvelopeParser;
import dev.hermes.gateway.redis.RedisCommands;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The parts of a log in Redis, created together. */
public final class RedisLogParts {

    private final LogScripts scripts;
    private final RedisCommands tail;
    private final StreamReader reader;
    private final StreamEntries entries;
    private final LatestIdIndex.LatestIds latest;
    private final ProducerCounter producers;
    private final InstantSource clock;

    /**
     * @param tail a connection used for nothing else
     * @param readers connections used for nothing else, at least one
     * @param channels the channel that a name in the log stands for, null for an unknown name
     * @param indexed the channels whose latest events can be recalled
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
