package dev.hermes.gateway.watchdog;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.TimeUnit;

/**
 * Makes Netty report the buffers that were dropped without being released: it notices one only after the garbage
 * collector has taken it, and says so only when the next buffer is made.
 */
final class LeakSweep {

    private static final long PATIENCE_MILLIS = TimeUnit.SECONDS.toMillis(30);

    private LeakSweep() {}

    static void run() {
        // A thread of the JVM hands references to their queues, those of one collection in any order, but all of them
        // before those of the next: seeing the witness of the second means that all of the first are there.
        awaitCollection();
        awaitCollection();
        UnpooledByteBufAllocator.DEFAULT.directBuffer(1).release();
    }

    private static void awaitCollection() {
        ReferenceQueue<Object> collected = new ReferenceQueue<>();
        WeakReference<Object> witness = new WeakReference<>(new Object(), collected);
        System.gc();
        try {
            if (collected.remove(PATIENCE_MILLIS) != witness) {
                throw new IllegalStateException(
                        "System.gc() collected nothing in " + PATIENCE_MILLIS + " ms; leaks cannot be seen");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
