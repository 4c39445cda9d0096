package dev.hermes.gateway.endtoend;

import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A Redis with the log in it, gateways that share it, and a producer; closing ends them all. Used by one thread. */
final class RedisLogFixture implements AutoCloseable {

    /**
     * Settings by which Redis keeps what it acknowledged, also when it is killed. Without them it puts off writing while
     * an fsync of the second before is under way, and answers all the same.
     */
    static final List<String> KEEPING_DATA = List.of("appendonly yes", "appendfsync no");

    static final String QUEUE = "/api/v1/events/queue";

    private final EmbeddedRedis redis;
    private final List<RunningGateway> gateways = new ArrayList<>();
    private final List<AutoCloseable> further = new ArrayList<>();
    private RedisProducer producer;

    RedisLogFixture() {
        this(List.of());
    }

    /**
     * @param settings as {@link EmbeddedRedis#startOnFreePort} takes them
     */
    RedisLogFixture(List<String> settings) {
        redis = FreePorts.redis(settings.toArray(String[]::new));
        producer = new RedisProducer(redis.port());
    }

    EmbeddedRedis redis() {
        return redis;
    }

    /** One more, with a heartbeat a second and these settings, names and values in turns. */
    RunningGateway gateway(Object... settings) {
        return gatewayAt(redis.url().toString(), settings);
    }

    /** As {@link #gateway}, which reaches Redis there. */
    RunningGateway gatewayAt(String url, Object... settings) {
        RunningGateway.Settings all =
                RunningGateway.with("HERMES_SSE_HISTORY", "redis").with("HERMES_SSE_HEARTBEAT_INTERVAL", 1);
        for (int index = 0; index < settings.length; index += 2) {
            all.with((String) settings[index], settings[index + 1]);
        }
        RunningGateway gateway = all.startAt(url);
        gateways.add(gateway);
        return gateway;
    }

    void end(RunningGateway gateway) {
        gateways.remove(gateway);
        gateway.stopGateway();
        gateway.close();
    }

    /** As a process ends. */
    void endWithItsVertx(RunningGateway gateway) {
        gateways.remove(gateway);
        gateway.close();
    }

    /** Closes this one too, after the gateways. */
    <T extends AutoCloseable> T closing(T one) {
        further.add(one);
        return one;
    }

    /** A stream of the queue that is in place. */
    static SseConnection open(RunningGateway gateway, @Nullable String cursor) {
        String path = QUEUE + "?token=" + gateway.token("queue");
        SseConnection stream = cursor == null
                ? SseConnection.open(gateway.port(), path)
                : SseConnection.open(gateway.port(), path, "Last-Event-ID: " + cursor);
        stream.next("connected");
        return stream;
    }

    /** Where a stream stands that has just seen this one. */
    String cursorAt(RunningGateway gateway, int number) {
        try (SseConnection stream = open(gateway, null)) {
            publish(number);
            return stream.nextEvent().position();
        }
    }

    /** As those do who do not care whether it is lost. */
    void publish(int number) {
        producer.event("queue:updates", "queue_update", data(number)).sync();
    }

    /** As those do who do. */
    void append(int number) {
        ask("XADD", "hermes:events", "*", "channel", "queue:updates", "type", "queue_update", "data", data(number));
    }

    /** One command to Redis itself; fails if it is refused. */
    List<String> ask(String... words) {
        return producer.send(words).sync();
    }

    /** Redis has been away: the producer and the operator come with new connections. */
    void reconnect() {
        producer.close();
        producer = new RedisProducer(redis.port());
    }

    void awaitLength(int entries) {
        await().until(() -> Integer.parseInt(ask("XLEN", "hermes:events").get(0)) >= entries);
    }

    /** Until Redis' clock shows a later millisecond than that id. */
    void awaitLaterThan(String id) {
        long taken = Objects.requireNonNull(EventId.parse(id)).major();
        await().until(() -> {
            List<String> time = ask("TIME");
            return Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000 > taken;
        });
    }

    /** As a publisher over HTTP. */
    static HttpResponse<String> post(RunningGateway gateway, String event) {
        return HttpCall.withApiKey(gateway.port(), "POST", "/api/v1/events/publish", event);
    }

    static String data(int number) {
        return "{\"n\":" + number + "}";
    }

    static List<String> data(List<Frame> frames) {
        return frames.stream().map(Frame::data).toList();
    }

    static String reason(Frame frame) {
        return new JsonObject(frame.data()).getString("reason");
    }

    static String state(Frame frame) {
        return new JsonObject(frame.data()).getString("state");
    }

    static EventId id(Frame frame) {
        return Objects.requireNonNull(EventId.parse(frame.position()));
    }

    @Override
    public void close() {
        gateways.forEach(RunningGateway::close);
        further.forEach(RedisLogFixture::close);
        producer.close();
        redis.close();
    }

    private static void close(AutoCloseable one) {
        try {
            one.close();
        } catch (Exception failure) {
            throw new AssertionError("could not close " + one, failure);
        }
    }
}
