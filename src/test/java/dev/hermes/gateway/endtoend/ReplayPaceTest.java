package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What replay costs Redis: as much as clients take, over connections that are there anyway. */
class ReplayPaceTest {

    private static final String QUEUE = "/api/v1/events/queue";

    private EmbeddedRedis redis;
    private RedisProducer producer;
    private RunningGateway early;

    @BeforeEach
    void start() {
        redis = FreePorts.redis();
        producer = new RedisProducer(redis.port());
        early = gateway();
    }

    @AfterEach
    void close() {
        early.close();
        producer.close();
        redis.close();
    }

    private RunningGateway gateway() {
        return RunningGateway.with("HERMES_SSE_HISTORY", "redis").start(redis);
    }

    @Test
    void aReplayIsReadFromTheLogAsTheClientTakesIt() {
        int events = 10_000;
        String filler = "x".repeat(2_000);
        String cursor = cursor();
        publish(events, filler);
        long size = events * 2_000L;
        long beforeIndexing = sentByRedis();
        try (RunningGateway late = gateway()) {
            // A gateway that comes up reads the log once, to know the latest events.
            await().until(() -> sentByRedis() - beforeIndexing > size);
            late.awaitReady();
            long before = untilNothingIsSent();
            try (SseConnection slow =
                    SseConnection.openUnread(late.port(), QUEUE, Jwt.header(), "Last-Event-ID: " + cursor)) {
                assertThat(new Operator(late).metric("hermes_streams_catching_up"))
                        .isEqualTo(1);
                long unread = untilNothingIsSent() - before;
                slow.read();
                slow.next("connected");
                for (int number = 0; number < events; number++) {
                    assertThat(slow.nextLogged().data()).startsWith("{\"n\": " + number + ",");
                }
                long read = sentByRedis() - before;
                // What the kernel holds for one socket, at most, and what was read to find it full.
                assertThat(unread).isLessThan(size / 3);
                assertThat(read).isLessThan(size * 3 / 2);
            }
        }
    }

    @Test
    void aClientThatTakesLargeEventsOneByOneDoesNotHaveThemReadAgainAndAgain() {
        int events = 200;
        String filler = "x".repeat(200 << 10);
        String cursor = cursor();
        publish(events, filler);
        long size = events * (200L << 10);
        long beforeIndexing = sentByRedis();
        try (RunningGateway late = gateway()) {
            // A gateway that comes up reads the log once, to know the latest events.
            await().until(() -> sentByRedis() - beforeIndexing > size);
            late.awaitReady();
            long before = untilNothingIsSent();
            try (SseConnection slow =
                    SseConnection.openUnread(late.port(), QUEUE, Jwt.header(), "Last-Event-ID: " + cursor)) {
                slow.read();
                slow.next("connected");
                for (int number = 0; number < events; number++) {
                    assertThat(slow.nextLogged().data()).startsWith("{\"n\": " + number + ",");
                }
                long read = sentByRedis() - before;
                // Each read tells the entry it goes on from again, to show that it is still there; here that is as
                // large.
                assertThat(read).isLessThan(size * 5 / 2);
            }
        }
    }

    @Test
    void twoHundredClientsThatComeBackAtOnceNeedNoFurtherConnections() {
        int events = 2_500;
        int clients = 200;
        String cursor = cursor();
        publish(events, "");
        List<SseConnection> streams = new ArrayList<>();
        try {
            long before = connections();
            List<Long> seen = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                streams.add(SseConnection.open(early.port(), QUEUE, Jwt.header(), "Last-Event-ID: " + cursor));
                seen.add(connections());
            }
            Operator operator = new Operator(early);
            await().atMost(Duration.ofSeconds(90)).until(() -> {
                seen.add(connections());
                return operator.metric("hermes_streams_catching_up") == 0;
            });
            assertThat(seen).containsOnly(before);
            publish(1, "");
            List<String> expected = IntStream.rangeClosed(0, events)
                    .mapToObj(number -> data(number == events ? 0 : number, ""))
                    .toList();
            assertThat(streams).allSatisfy(stream -> {
                stream.next("connected");
                assertThat(stream.nextEvents(events + 1))
                        .extracting(Frame::data)
                        .isEqualTo(expected);
            });
        } finally {
            streams.forEach(SseConnection::close);
        }
    }

    /** A window holds 16 MiB at most: from within it, from right before it and from far before it all the same. */
    @Test
    void aWindowThatIsFullByBytesLeavesTheRestToTheLog() {
        int events = 20;
        String cursor = cursor();
        publish(events, "x".repeat(1 << 20));
        List<String> cursors = new ArrayList<>();
        try (SseConnection all = SseConnection.open(early.port(), QUEUE, Jwt.header(), "Last-Event-ID: " + cursor)) {
            all.next("connected");
            all.nextEvents(events).forEach(frame -> cursors.add(frame.position()));
        }
        for (int distance : new int[] {14, 15, 16, 17}) {
            try (SseConnection stream = SseConnection.open(
                    early.port(), QUEUE, Jwt.header(), "Last-Event-ID: " + cursors.get(events - 1 - distance))) {
                stream.next("connected");
                assertThat(stream.nextEvents(distance))
                        .extracting(Frame::id)
                        .isEqualTo(cursors.subList(events - distance, events));
            }
        }
    }

    private String cursor() {
        try (SseConnection stream = SseConnection.open(early.port(), QUEUE, Jwt.header())) {
            return stream.next("connected").position();
        }
    }

    /** Returns when the log has them all; no faster than that, since Redis drops a subscriber that is too far behind. */
    private void publish(int count, String filler) {
        int before = length();
        int portion = Math.max(1, (4 << 20) / (filler.length() + 100));
        for (int number = 0; number < count; number++) {
            producer.event("queue:updates", "queue_update", data(number, filler));
            if (number % portion == portion - 1 || number == count - 1) {
                producer.sync();
                int sent = number + 1;
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> length() == before + sent);
            }
        }
    }

    private static String data(int number, String filler) {
        return "{\"n\": " + number + ", \"filler\": \"" + filler + "\"}";
    }

    private int length() {
        return Integer.parseInt(producer.send("XLEN", "hermes:events").sync().get(0));
    }

    private long connections() {
        return producer.send("CLIENT", "LIST").sync().get(0).lines().count();
    }

    private long sentByRedis() {
        return producer.send("INFO", "stats")
                .sync()
                .get(0)
                .lines()
                .filter(line -> line.startsWith("total_net_output_bytes:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Nothing but what gateways always ask, the newest entry once a second each among it, for longer than one of them or
     * Redis may be held up.
     */
    private long untilNothingIsSent() {
        AtomicLong last = new AtomicLong();
        await().pollInterval(Duration.ofMillis(150))
                .during(Duration.ofMillis(1_500))
                .until(() -> {
                    long sent = sentByRedis();
                    return sent - last.getAndSet(sent) < 500_000;
                });
        return last.get();
    }
}
