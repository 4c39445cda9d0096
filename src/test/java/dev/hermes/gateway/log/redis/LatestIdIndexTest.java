package dev.hermes.gateway.log.redis;

import static dev.hermes.gateway.chain.ChainRedis.IDENTITY;
import static dev.hermes.gateway.chain.ChainRedis.bounds;
import static dev.hermes.gateway.chain.ChainRedis.envelope;
import static dev.hermes.gateway.chain.ChainRedis.given;
import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.chain.ChainRedis;
import dev.hermes.gateway.event.ChannelName;
import dev.hermes.gateway.event.EnvelopeParser;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.EventLog;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a gateway that begins learns of the log it finds. */
class LatestIdIndexTest {

    private static final String CHANNEL = "stats";
    private static final EventLog.StartPosition.LatestQuery QUERY =
            new EventLog.StartPosition.LatestQuery(CHANNEL, null);

    private ChainRedis redis;

    @BeforeEach
    void startRedis() {
        redis = new ChainRedis();
        redis.identify(IDENTITY);
    }

    @AfterEach
    void stopRedis() {
        redis.close();
    }

    @Test
    void knowsTheLastOfAChannelHoweverLongTheLog() {
        List<EventId> ids = published(2_500);

        assertThat(latest(ids.get(2_499))).isEqualTo(ids.get(2_499));
    }

    @Test
    void leavesToTheTailWhatItHasYetToHandOn() {
        List<EventId> ids = published(5);

        assertThat(latest(ids.get(2))).isEqualTo(ids.get(2));
    }

    private List<EventId> published(int events) {
        LogScripts scripts = new LogScripts(redis, bounds(100_000, 64 << 20));
        return given(await(scripts.publish(
                IDENTITY,
                IntStream.range(0, events)
                        .mapToObj(number -> envelope(CHANNEL, "{\"number\":" + number + "}"))
                        .toList())));
    }

    private EventId latest(EventId tip) {
        StreamEntries entries = new StreamEntries(
                name -> ChannelName.of(new ChannelName.Shape(name, null)),
                new EnvelopeParser(Set.of(), 4 << 20),
                InstantSource.system());
        LatestIdIndex.LatestIds latest = new LatestIdIndex.LatestIds(Set.of(CHANNEL));
        LatestIdIndex index = new LatestIdIndex(new StreamReader(List.of(redis), entries), latest, () -> tip);
        index.restart();
        await(index.done());
        return Objects.requireNonNull(latest.get(QUERY));
    }
}
