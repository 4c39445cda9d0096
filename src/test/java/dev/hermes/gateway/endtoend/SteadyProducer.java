package dev.hermes.gateway.endtoend;

import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonObject;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

/**
 * Publishes numbers, one every few milliseconds, come what may: when its connection breaks it takes another, and goes on
 * with the next number. Knows which ones Redis took.
 */
final class SteadyProducer implements AutoCloseable {

    private static final long PAUSE_MILLIS = 5;

    private final int port;
    private final NavigableSet<Integer> confirmed = Collections.synchronizedNavigableSet(new TreeSet<>());
    private final Thread thread = new Thread(this::run, "steady-producer");
    private volatile boolean stopped;

    // Its thread's only.
    private @Nullable RedisProducer connection;
    private int number;

    private SteadyProducer(int port) {
        this.port = port;
    }

    static SteadyProducer start(int port) {
        SteadyProducer producer = new SteadyProducer(port);
        producer.thread.setDaemon(true);
        producer.thread.start();
        return producer;
    }

    private void run() {
        while (!stopped) {
            publish();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
        }
        disconnect();
    }

    private void publish() {
        number++;
        try {
            if (connection == null) {
                connection = new RedisProducer(port);
            }
            connection
                    .event("queue:updates", "queue_update", RedisLogFixture.data(number))
                    .sync();
            confirmed.add(number);
        } catch (AssertionError refusedOrBroken) {
            disconnect();
        }
    }

    private void disconnect() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    /** Ends it, and tells the last number that Redis took. */
    int stop() {
        close();
        return confirmed.last();
    }

    /**
     * Every number that Redis took must be among what a stream has got from before the first one on, once and in order, or
     * stand where a gap was told.
     */
    void assertDeliveredOrDeclared(List<Frame> came) {
        int last = 0;
        boolean declared = false;
        for (Frame frame : came) {
            if (frame.event().equals("gap")) {
                declared = true;
            } else if (frame.event().equals("queue_update")) {
                Integer next = new JsonObject(frame.data()).getInteger("n");
                if (next != null) {
                    Assertions.assertThat(next).as("repeated or out of order").isGreaterThan(last);
                    if (!declared) {
                        Assertions.assertThat(confirmed.subSet(last, false, next, false))
                                .as("lost silently before %s", frame)
                                .isEmpty();
                    }
                    last = next;
                    declared = false;
                }
            }
        }
        Assertions.assertThat(last).as("the last one").isGreaterThanOrEqualTo(confirmed.last());
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(30));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new AssertionError("still waiting for Redis");
        }
    }
}
