package dev.hermes.gateway.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import dev.hermes.gateway.fixture.SteadyProducer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What one stream got of a steady producer's events, held against what was published. */
final class ReceivedFrames {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private record Got(Frame frame, long nanos) {}

    private final SseConnection stream;
    private final List<Got> got = new ArrayList<>();
    private int newest;

    ReceivedFrames(SseConnection stream) {
        this.stream = stream;
    }

    /** Takes frames until this one has come; fails when it takes too long, though heartbeats go on. */
    Frame await(String event, String part) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            Frame frame = stream.next();
            got.add(new Got(frame, System.nanoTime()));
            newest = Math.max(newest, SteadyProducer.numberOf(frame));
            if (frame.event().equals(event) && frame.data().contains(part)) {
                return frame;
            }
        }
        throw new AssertionError("no " + event + " with " + part + " within " + PATIENCE);
    }

    /** Takes frames until an event with this number or a later one has come; none if it had come before. */
    void awaitNumber(int number) {
        while (newest < number) {
            await("queue_update", "\"n\":");
        }
    }

    /** How long after it was published the first event came that was not published before this one. */
    Duration behind(SteadyProducer.Published since) {
        return got.stream()
                .filter(one -> SteadyProducer.numberOf(one.frame()) >= since.number())
                .findFirst()
                .map(one -> Duration.ofNanos(one.nanos() - since.nanos()))
                .orElseThrow(() -> new AssertionError("no event any more"));
    }

    /** The words of {@code backend} frames, in order. */
    List<String> backend() {
        return got.stream()
                .map(Got::frame)
                .filter(frame -> frame.event().equals("backend"))
                .map(frame -> new JsonObject(frame.data()).getString("state"))
                .toList();
    }

    List<String> gaps() {
        return got.stream()
                .map(Got::frame)
                .filter(frame -> frame.event().equals("gap"))
                .map(frame -> new JsonObject(frame.data()).getString("reason"))
                .toList();
    }

    int delivered() {
        return (int) got.stream()
                .filter(one -> one.frame().event().equals("queue_update"))
                .count();
    }

    /**
     * Published is delivered, once and in order, or lies behind a gap; nothing ended. What a failover took back from the log
     * may come again, behind the gap that says that the log was lost.
     */
    void assertNothingSilentlyLost(SteadyProducer producer) {
        List<Frame> frames = got.stream().map(Got::frame).toList();

        producer.assertDeliveredOrDeclared(frames, gap -> gap.data().contains("log_lost"));

        assertThat(frames).extracting(Frame::event).isSubsetOf("queue_update", "gap", "heartbeat", "backend");
    }
}
