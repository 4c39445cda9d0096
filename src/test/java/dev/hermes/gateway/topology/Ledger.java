package dev.hermes.gateway.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one stream got of a steady producer's events, held against what was published. */
final class Ledger {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private record Got(Frame frame, long nanos) {}

    private final SseConnection stream;
    private final List<Got> got = new ArrayList<>();

    Ledger(SseConnection stream) {
        this.stream = stream;
    }

    /** Takes frames until this one has come; fails when it takes too long, though heartbeats go on. */
    Frame await(String event, String part) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            Frame frame = stream.next();
            got.add(new Got(frame, System.nanoTime()));
            if (frame.event().equals(event) && frame.data().contains(part)) {
                return frame;
            }
        }
        throw new AssertionError("no " + event + " with " + part + " within " + PATIENCE);
    }

    /** Takes frames until an event with this number or a later one has come. */
    void awaitNumber(int number) {
        while (numberOf(await("queue_update", "\"n\":")) < number) {
            // The next one then.
        }
    }

    /** How long after it was published the first event came that was not published before this one. */
    Duration behind(SteadyProducer.Published since) {
        return got.stream()
                .filter(one -> one.frame().event().equals("queue_update") && numberOf(one.frame()) >= since.number())
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
    void assertNothingSilentlyLost(List<SteadyProducer.Published> published) {
        int last = firstNumber() - 1;
        boolean declared = false;
        boolean takenBack = false;
        for (Got one : got) {
            Frame frame = one.frame();
            if (frame.event().equals("gap")) {
                declared = true;
                takenBack |= frame.data().contains("log_lost");
            } else if (frame.event().equals("queue_update")) {
                int before = last;
                int number = numberOf(frame);
                if (!takenBack) {
                    assertThat(number).as("repeated or out of order: %s", frame).isGreaterThan(before);
                }
                takenBack = false;
                if (!declared) {
                    assertThat(published.stream()
                                    .map(SteadyProducer.Published::number)
                                    .filter(lost -> lost > before && lost < number))
                            .as("lost between %s and %s, and no gap says so", before, number)
                            .isEmpty();
                }
                last = number;
                declared = false;
            } else {
                assertThat(frame.event()).isIn("heartbeat", "backend");
            }
        }
    }

    private int firstNumber() {
        return got.stream()
                .map(Got::frame)
                .filter(frame -> frame.event().equals("queue_update"))
                .findFirst()
                .map(Ledger::numberOf)
                .orElseThrow();
    }

    private static int numberOf(Frame frame) {
        @Nullable Integer number = new JsonObject(frame.data()).getInteger("n");
        return number == null ? -1 : number;
    }
}
