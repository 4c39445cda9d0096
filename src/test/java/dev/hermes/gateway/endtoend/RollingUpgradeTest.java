package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import dev.hermes.gateway.watchdog.Pace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gateways come and go, some of a newer version, while something is published all the time. */
class RollingUpgradeTest {

    private static final String NEW_CHANNEL = """

              - name: build:updates
                heard-on: [build:updates]
                type: build_update
                scope: build
            """;

    private static final long EVERY_MILLIS = 2;

    /** The most that is published and in nobody's log yet, so that a machine that is busy gets slower, not later. */
    private static final int AHEAD = 500;

    private EmbeddedRedis redis;
    private RedisProducer producer;
    private final Pace pace = Pace.start();
    private final AtomicInteger published = new AtomicInteger();
    private final ScheduledExecutorService publisher = Executors.newSingleThreadScheduledExecutor();
    private final List<RunningGateway> gateways = new ArrayList<>();

    @TempDir
    Path newConf;

    @BeforeEach
    void start() throws IOException {
        Files.writeString(
                newConf.resolve("channels.yaml"), Files.readString(Path.of("conf/channels.yaml")) + NEW_CHANNEL);
        redis = FreePorts.redis();
        producer = new RedisProducer(redis.port());
    }

    @AfterEach
    void close() {
        publisher.shutdownNow();
        gateways.forEach(RunningGateway::close);
        producer.close();
        redis.close();
    }

    /** The same number on a channel that both versions know and on one that only the newer does. */
    private void publishAllTheTime() {
        LoggedEvents log = new LoggedEvents(producer);
        ScheduledFuture<?> publishing = publisher.scheduleWithFixedDelay(
                () -> {
                    if (published.get() - numberOf(log.newest()) > AHEAD) {
                        return;
                    }
                    String data = json("{'n':%s}", published.get());
                    producer.event("queue:updates", "queue_update", data);
                    producer.event("build:updates", "build_update", data);
                    producer.sync();
                    published.incrementAndGet();
                },
                0,
                EVERY_MILLIS,
                TimeUnit.MILLISECONDS);
        await().until(() -> published.get() > 0);
        assertThat(publishing.isDone()).isFalse();
    }

    private void stopPublishing() throws InterruptedException {
        publisher.shutdown();
        assertThat(publisher.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private RunningGateway gateway() {
        return added(RunningGateway.with("HERMES_SSE_HISTORY", "redis").start(redis));
    }

    private RunningGateway newer() {
        return added(RunningGateway.with("HERMES_SSE_HISTORY", "redis")
                .with("HERMES_CONF", newConf.toString())
                .start(redis));
    }

    private RunningGateway added(RunningGateway gateway) {
        gateways.add(gateway);
        return gateway;
    }

    private void end(RunningGateway gateway) {
        gateways.remove(gateway);
        gateway.stopGateway();
        gateway.close();
    }

    @Test
    void anUpgradeWithANewChannelLosesAndRepeatsNothing() throws InterruptedException {
        RunningGateway old = gateway();
        RunningGateway otherOld = gateway();
        try (Follower moving = new Follower("queue:updates");
                Follower staying = new Follower("queue:updates");
                Follower builds = new Follower("build:updates")) {
            moving.follow(old);
            staying.follow(otherOld);
            publishAllTheTime();

            RunningGateway upgraded = newer();
            builds.follow(upgraded);
            moving.readTo(published.get());
            end(old);
            moving.follow(upgraded);
            moving.readTo(published.get() + 100);
            builds.readTo(published.get());
            staying.readTo(published.get());

            RunningGateway otherUpgraded = newer();
            end(otherOld);
            staying.follow(otherUpgraded);
            builds.follow(otherUpgraded);
            staying.readTo(published.get() + 100);
            stopPublishing();

            List.of(moving, staying, builds).forEach(follower -> follower.readTo(published.get()));
            assertThat(moving.numbers()).isEqualTo(upTo(0, published.get()));
            assertThat(staying.numbers()).isEqualTo(upTo(0, published.get()));
            int first = builds.numbers().get(0);
            assertThat(first).isLessThan(published.get() - 200);
            assertThat(builds.numbers()).isEqualTo(upTo(first, published.get()));
        }
        assertLogHoldsEachOnce();
    }

    @Test
    void theOlderVersionComesBackAndTheNewChannelSaysWhatItMissed() throws InterruptedException {
        RunningGateway old = gateway();
        RunningGateway upgraded = newer();
        try (Follower queue = new Follower("queue:updates");
                Follower builds = new Follower("build:updates")) {
            queue.follow(old);
            builds.follow(upgraded);
            producer.event("queue:updates", "queue_update", json("{'n':0}"));
            producer.event("build:updates", "build_update", json("{'n':0}")).sync();
            builds.readTo(1);
            queue.readTo(1);
            end(upgraded);
            // Heard by nobody.
            producer.event("build:updates", "build_update", json("{'n':1}"));
            producer.event("queue:updates", "queue_update", json("{'n':1}")).sync();
            queue.readTo(2);

            builds.follow(newer());
            producer.event("build:updates", "build_update", json("{'n':2}")).sync();

            assertThat(builds.next().event()).isEqualTo("gap");
            assertThat(builds.next().data()).isEqualTo(json("{'n':2}"));
        }
    }

    @Test
    void gatewaysThatJoinAndLeaveLoseAndRepeatNothing() throws InterruptedException {
        RunningGateway always = gateway();
        try (Follower moving = new Follower("queue:updates");
                Follower staying = new Follower("queue:updates")) {
            staying.follow(always);
            moving.follow(always);
            publishAllTheTime();
            for (int round = 0; round < 3; round++) {
                RunningGateway third = gateway();
                RunningGateway fourth = gateway();
                moving.readTo(published.get());
                moving.follow(third);
                moving.readTo(published.get());
                end(third);
                moving.follow(fourth);
                moving.readTo(published.get());
                end(fourth);
                moving.follow(always);
                staying.readTo(published.get());
            }
            stopPublishing();

            moving.readTo(published.get());
            staying.readTo(published.get());
            assertThat(moving.numbers()).isEqualTo(upTo(0, published.get()));
            assertThat(staying.numbers()).isEqualTo(upTo(0, published.get()));
        }
        assertLogHoldsEachOnce();
    }

    /** 0 when it is nothing that was published here. */
    private static int numberOf(String data) {
        return data.startsWith(json("{'n':")) ? Integer.parseInt(data.replaceAll("[^0-9]", "")) : 0;
    }

    private static List<Integer> upTo(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    /** Each number once and in order; and no gap, unless a gateway that joined was not answered in time. */
    private void assertLogHoldsEachOnce() {
        List<String> expected = upTo(0, published.get()).stream()
                .map(number -> json("{'n':%s}", number))
                .toList();
        await().untilAsserted(() -> {
            List<LoggedEvents.Entry> log = new LoggedEvents(producer).all();
            assertThat(log)
                    .filteredOn(LoggedEvents.Entry::queue)
                    .extracting(LoggedEvents.Entry::data)
                    .isEqualTo(expected);
            if (pace.undisturbed()) {
                assertThat(log)
                        .filteredOn(entry -> entry.channel().startsWith("hermes:"))
                        .hasSize(1);
            }
        });
    }

    /** A client of one channel that goes from gateway to gateway with its cursor. */
    private static final class Follower implements AutoCloseable {

        private final String channel;
        private final List<Integer> numbers = new ArrayList<>();
        private @Nullable SseConnection stream;
        private @Nullable String cursor;

        Follower(String channel) {
            this.channel = channel;
        }

        void follow(RunningGateway gateway) {
            close();
            String path = "/api/v1/events/stream?channels=" + channel;
            SseConnection next = cursor == null
                    ? SseConnection.open(gateway.port(), path, Jwt.header())
                    : SseConnection.open(gateway.port(), path, Jwt.header(), "Last-Event-ID: " + cursor);
            cursor = next.next("connected").position();
            stream = next;
        }

        Frame next() {
            if (stream == null) {
                throw new AssertionError("follows nobody");
            }
            Frame frame = stream.nextEvent();
            cursor = frame.id();
            return frame;
        }

        /** Until it has everything before that number. */
        void readTo(int number) {
            while (numbers.isEmpty() || numbers.get(numbers.size() - 1) < number - 1) {
                Frame frame = next();
                // One that joins may declare what it did not hear itself; nothing is missing all the same.
                if (!frame.event().equals("gap")) {
                    assertThat(frame.event()).endsWith("_update");
                    numbers.add(numberOf(frame.data()));
                }
            }
        }

        List<Integer> numbers() {
            return List.copyOf(numbers);
        }

        @Override
        public void close() {
            if (stream != null) {
                stream.close();
            }
        }
    }
}
