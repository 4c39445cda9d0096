package dev.hermes.gateway.topology;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes {@code {"n":1}}, {@code {"n":2}} and so on to whatever node is said to be the right one, and goes on doing so
 * whatever happens. Each number is tried once: one that Redis did not confirm may have been heard or not.
 */
final class SteadyProducer implements AutoCloseable {

    private static final long PERIOD_MILLIS = 5;

    /** What Redis confirmed to have passed on, when, and by which node. */
    record Published(int number, long nanos, int port) {}

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final ScheduledFuture<?> ticks;
    private final String channel;
    private final IntSupplier node;
    private final List<Published> published = new CopyOnWriteArrayList<>();

    // The producer's thread only.
    private @Nullable Wire wire;
    private int port;
    private int number;

    /**
     * @param node the port to publish at, asked for each connection; negative for none right now
     */
    SteadyProducer(String channel, IntSupplier node) {
        this.channel = channel;
        this.node = node;
        ticks = thread.scheduleWithFixedDelay(this::next, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    List<Published> published() {
        return published;
    }

    /** The last that was confirmed. */
    int last() {
        return published.isEmpty() ? 0 : published.get(published.size() - 1).number();
    }

    /** Whether something was confirmed by another node than this. */
    boolean publishesElsewhereThan(int other) {
        return published.stream().anyMatch(one -> one.port() != other);
    }

    /** Publishes nothing any more; what is confirmed by now was. */
    void stop() {
        ticks.cancel(false);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
                throw new AssertionError("the producer did not stop");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    private void next() {
        try {
            Wire there = wire == null ? connect() : wire;
            if (there != null) {
                number++;
                there.send("PUBLISH", channel, "{\"type\":\"queue_update\",\"data\":{\"n\":" + number + "}}");
                published.add(new Published(number, System.nanoTime(), port));
            }
        } catch (IOException | AssertionError notPublished) {
            disconnect();
        }
    }

    private @Nullable Wire connect() throws IOException {
        port = node.getAsInt();
        wire = port < 0 ? null : new Wire(port);
        return wire;
    }

    private void disconnect() {
        Wire there = wire;
        wire = null;
        try {
            if (there != null) {
                there.close();
            }
        } catch (IOException alreadyClosed) {
            // Then there is nothing left to close.
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        disconnect();
    }
}
