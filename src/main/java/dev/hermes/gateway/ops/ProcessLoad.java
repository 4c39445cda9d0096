package dev.hermes.gateway.ops;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.http.Overload;
import dev.hermes.gateway.loop.LoopTimer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures how much of what it has the process uses, and tells {@link Overload}. Owned by the event loop on which it is
 * created; what takes long to count is counted on a worker.
 *
 * <p>The memory for sockets is not measured: what Netty has once reserved it keeps, so the number says how much was
 * needed once, and would not go down while clients are turned away.
 */
public final class ProcessLoad {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessLoad.class);

    private static final Duration PERIOD = Duration.ofMillis(100);

    /** Counting a hundred thousand open files takes some tens of milliseconds. */
    private static final long COUNT_EVERY_MILLIS = 2_000;

    private final Vertx vertx;
    private final FileDescriptorLimit limit = FileDescriptorLimit.ofThisProcess();
    private final IntSupplier connections;
    private final Overload overload;
    private final LoopTimer timer;
    private Counted counted = new Counted(0, 0);
    private Future<Counted> underWay = Future.succeededFuture(counted);
    private long counting = -1;
    private boolean closed;

    /**
     * What was counted on a worker.
     *
     * @param heapPercent in use after a collection
     * @param otherFiles open descriptors, connections of clients aside
     */
    private record Counted(double heapPercent, long otherFiles) {

        static Counted now(int connections) {
            return new Counted(collectedHeapPercent(), Math.max(0, FileDescriptorLimit.open() - connections));
        }

        /**
         * What is in use now is garbage too, and what was in use after the last collection of a pool may be old and gone
         * since: the lesser of both is in use for certain.
         */
        private static double collectedHeapPercent() {
            long bytes = 0;
            for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
                MemoryUsage collected = pool.getCollectionUsage();
                if (pool.getType() == MemoryType.HEAP && collected != null) {
                    bytes += Math.min(collected.getUsed(), pool.getUsage().getUsed());
                }
            }
            return 100.0 * bytes / Runtime.getRuntime().maxMemory();
        }
    }

    /** @param connections how many connections clients have; called on this loop */
    public ProcessLoad(Vertx vertx, Settings.Overload limits, IntSupplier connections) {
        this.vertx = vertx;
        this.connections = connections;
        this.overload = new Overload(limits);
        this.timer = new LoopTimer(vertx, PERIOD, () -> connections.getAsInt() > 0, this::measure);
        overload.watch(timer.lag());
        count();
    }

    /** Whether that is too much. */
    public Overload overload() {
        return overload;
    }

    /** By how much this loop was late of late. */
    public double loopLagSeconds() {
        return timer.lag().seconds();
    }

    private void measure() {
        long now = System.nanoTime();
        overload.measured(Overload.Cause.LOOP_LAG, overload.lagMillis(), now);
        overload.measured(Overload.Cause.HEAP, counted.heapPercent(), now);
        // Connections come by hundreds between two counts.
        overload.measured(
                Overload.Cause.DESCRIPTORS, limit.percent(counted.otherFiles() + connections.getAsInt()), now);
    }

    private void count() {
        int clients = connections.getAsInt();
        underWay = vertx.executeBlocking(() -> Counted.now(clients), false);
        underWay.onSuccess(now -> counted = now)
                .onFailure(failure -> LOG.warn("process not measured reason=\"{}\"", failure.toString()))
                .onComplete(done -> {
                    // Also after a failure, as where the heap is full: what was counted last must not hold for ever.
                    if (!closed) {
                        counting = vertx.setTimer(COUNT_EVERY_MILLIS, again -> count());
                    }
                });
    }

    /** Measures no more; completes, also with a failure, when what is being counted has been. */
    public Future<?> close() {
        closed = true;
        timer.close();
        vertx.cancelTimer(counting);
        return underWay;
    }
}
