package dev.hermes.gateway.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.function.ToIntFunction;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Many listening streams on few threads of this JVM. Closing ends them all. */
final class Crowd implements AutoCloseable {

    private static final int CONNECTIONS_PER_LOOP = 8_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int FAULTS_TOLD = 5;

    private final CrowdPlan plan;
    private final List<Loop> loops = new ArrayList<>();

    private Crowd(CrowdPlan plan) {
        this.plan = plan;
    }

    /** Begins to open them. */
    static Crowd opening(CrowdPlan plan) {
        Crowd crowd = new Crowd(plan);
        int loops = (plan.connections() + CONNECTIONS_PER_LOOP - 1) / CONNECTIONS_PER_LOOP;
        for (int loop = 0; loop < loops; loop++) {
            crowd.loops.add(new Loop(plan, loop, loops));
        }
        return crowd;
    }

    /** Opens them and waits until all are connected. */
    static Crowd open(CrowdPlan plan) {
        Crowd crowd = opening(plan);
        try {
            crowd.awaitConnected();
            if (crowd.connected() < plan.streams() || crowd.failed() > 0) {
                throw new AssertionError(
                        crowd.connected() + " of " + plan.streams() + " streams connected: " + crowd.problems());
            }
            return crowd;
        } catch (RuntimeException | AssertionError notOpen) {
            crowd.close();
            throw notOpen;
        }
    }

    /** Waits until all are connected or have failed; not for ever. */
    void awaitConnected() {
        Duration opening = Duration.ofMillis((long) (1_000 * plan.connections() / plan.perSecond()));
        await(opening.plus(PATIENCE), () -> connected() + failed() >= plan.streams());
    }

    /** Waits until so many events were heard since the last reset; false if they do not come. */
    boolean awaitEvents(long events) {
        return await(PATIENCE, () -> events() >= events);
    }

    private static boolean await(Duration patience, Callable<Boolean> condition) {
        try {
            Awaitility.await()
                    .atMost(patience)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(20))
                    .until(condition);
            return true;
        } catch (ConditionTimeoutException never) {
            return false;
        }
    }

    /** From here on events are measured anew, and counted on. */
    void measureAnew() {
        all(loop -> {
            loop.ear().measureAnew();
            return loop;
        });
    }

    /** From here on events are counted and measured anew. */
    void reset() {
        all(loop -> {
            loop.ear().reset();
            loop.streams().forEach(Stream::reset);
            return loop;
        });
    }

    long events() {
        return all(loop -> loop.ear().events()).stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    int connected() {
        return all(loop -> loop.ear().connected()).stream()
                .mapToInt(Integer::intValue)
                .sum();
    }

    int failed() {
        return all(Loop::failed).stream().mapToInt(Integer::intValue).sum();
    }

    List<String> problems() {
        return all(Loop::problems).stream().flatMap(List::stream).toList();
    }

    Histogram latencies() {
        return merged(loop -> loop.ear().latencies());
    }

    Histogram untilConnected() {
        return merged(loop -> loop.ear().untilConnected());
    }

    private Histogram merged(Function<Loop, Histogram> part) {
        Histogram merged = new Histogram();
        loops.forEach(loop -> loop.ask(() -> {
            merged.add(part.apply(loop));
            return merged;
        }));
        return merged;
    }

    /** What was lost, repeated, out of order or unwanted, given how many events were due on each stream; in words. */
    List<String> faults(IntUnaryOperator due) {
        return faults(stream -> stream.events() - due.applyAsInt(stream.number()), "events more than due");
    }

    /** The same for heartbeats, of which at least so many were due. */
    List<String> missingHeartbeats(int due) {
        return faults(stream -> Math.min(0, stream.heartbeats() - due), "heartbeats more than due");
    }

    private List<String> faults(ToIntFunction<Stream> deviation, String what) {
        List<String> found = new ArrayList<>(all(loop -> loop.streams().stream()
                        .filter(stream ->
                                deviation.applyAsInt(stream) != 0 || stream.disordered() + stream.unwanted() > 0)
                        .map(stream ->
                                "stream " + stream.number() + ": " + deviation.applyAsInt(stream) + " " + what + ", "
                                        + stream.disordered() + " repeated or out of order, " + stream.unwanted()
                                        + " gaps or ends")
                        .toList())
                .stream()
                .flatMap(List::stream)
                .toList());
        int all = found.size();
        if (all > FAULTS_TOLD) {
            found.subList(FAULTS_TOLD, all).clear();
            found.add("and " + (all - FAULTS_TOLD) + " more streams");
        }
        found.addAll(problems());
        return found;
    }

    private <T> List<T> all(Function<Loop, T> question) {
        return loops.stream().map(loop -> loop.ask(() -> question.apply(loop))).toList();
    }

    @Override
    public void close() {
        loops.forEach(Loop::close);
    }
}
