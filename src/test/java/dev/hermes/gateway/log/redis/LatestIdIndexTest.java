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
import dev.hermes.gateway.protocol.RedisNames;
import dev.hermes.gateway.redis.RedisCommands;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a gateway that begins learns of the log it finds. */
class LatestIdIndexTest {

    private static final String CHANNEL = "stats";
    private static final EventLog.StartPosition.LatestQuery QUERY =
            new EventLog.StartPosition.LatestQuery(CHANNEL, null);
    private static final EventId HIGHEST = new EventId(false, -1, -1);

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

    @Test
    void isCompleteThoughTheLogIsTrimmedAllTheTime() {
        published(5);

        EventId last = latest(HIGHEST, index -> publish(3, 5));

        assertThat(redis.entries()).extracting(ChainRedis.Entry::id).contains(last.toString());
    }

    @Test
    void isReadAgainWhenItIsNeededAndCouldNotBeRead() {
        List<EventId> ids = published(5);
        AtomicInteger answers = new AtomicInteger();

        EventId last = latest(
                ids.get(4),
                index -> answers.getAndIncrement() == 0 ? Future.failedFuture("BUSY") : Future.succeededFuture());

        assertThat(last).isEqualTo(ids.get(4));
        assertThat(answers).hasValue(2);
    }

    @Test
    void takesNothingOfALogThatIsNoMore() {
        published(5);
        AtomicInteger answers = new AtomicInteger();

        EventId last = latest(
                HIGHEST,
                index -> answers.getAndIncrement() > 0
                        ? Future.succeededFuture()
                        : redis.send(Request.cmd(Command.DEL).arg(RedisNames.LOG))
                                .compose(deleted -> redis.send(entry("7-0")))
                                .onSuccess(added -> index.restart()));

        assertThat(last).hasToString("7-0");
    }

    private static Request entry(String id) {
        return Request.cmd(Command.XADD)
                .arg(RedisNames.LOG)
                .arg(id)
                .arg("channel")
                .arg(CHANNEL)
                .arg("type")
                .arg("stats_update")
                .arg("data")
                .arg("{}");
    }

    private List<EventId> published(int events) {
        return given(await(publish(events, 100_000)));
    }

    private Future<LogScripts.Reply<List<EventId>>> publish(int events, int most) {
        LogScripts scripts = new LogScripts(redis, bounds(most, 64 << 20));
        return scripts.publish(
                IDENTITY,
                IntStream.range(0, events)
                        .mapToObj(number -> envelope(CHANNEL, "{\"number\":" + number + "}"))
                        .toList());
    }

    private EventId latest(EventId tip) {
        return latest(tip, index -> Future.succeededFuture());
    }

    /** @param meanwhile what happens each time after Redis has answered and before the index that reads hears of it */
    private EventId latest(EventId tip, Function<LatestIdIndex, Future<?>> meanwhile) {
        StreamEntries entries = new StreamEntries(
                name -> ChannelName.of(new ChannelName.Shape(name, null)),
                new EnvelopeParser(Set.of(), 4 << 20),
                InstantSource.system());
        LatestIdIndex.LatestIds latest = new LatestIdIndex.LatestIds(Set.of(CHANNEL));
        AtomicReference<LatestIdIndex> reading = new AtomicReference<>();
        RedisCommands late = new LateAnswers(() -> meanwhile.apply(reading.get()));
        LatestIdIndex index = new LatestIdIndex(new StreamReader(List.of(late), entries), latest, () -> tip);
        reading.set(index);
        // On the loop on which the answers arrive, which owns the index; the second time as the next stream asks.
        return await(redis.send(Request.cmd(Command.PING))
                .compose(pong -> {
                    index.restart();
                    return index.done();
                })
                .compose(first -> index.done())
                .map(read -> Objects.requireNonNull(latest.get(QUERY))));
    }

    /** The same Redis, whose answers are heard after something else has happened. */
    private final class LateAnswers implements RedisCommands {

        private final Supplier<Future<?>> meanwhile;

        private LateAnswers(Supplier<Future<?>> meanwhile) {
            this.meanwhile = meanwhile;
        }

        @Override
        public boolean available() {
            return true;
        }

        @Override
        public Future<@Nullable Response> send(Request request) {
            return redis.send(request).compose(answer -> meanwhile.get().map(answer));
        }

        @Override
        public Future<List<@Nullable Response>> sendAll(List<Request> requests) {
            return Future.join(requests.stream().map(this::send).toList()).map(all -> all.list());
        }
    }
}
