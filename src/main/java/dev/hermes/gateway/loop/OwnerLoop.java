package dev.hermes.gateway.loop;

import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The event loop that owns some state. Whoever wants something of that state, from whatever loop, asks here; the work
 * runs on the owner's loop, the answer arrives on the asker's.
 */
public final class OwnerLoop {

    private final Vertx vertx;
    private final Context owner;
    private final Thread thread;
    private final EventLoop nettyLoop;

    private OwnerLoop(Vertx vertx, Context owner) {
        this.vertx = vertx;
        this.owner = owner;
        this.thread = Thread.currentThread();
        this.nettyLoop = ((ContextInternal) owner).nettyEventLoop();
    }

    /** The loop this is called on. */
    public static OwnerLoop current(Vertx vertx) {
        return new OwnerLoop(vertx, vertx.getOrCreateContext());
    }

    /** Whether the caller is on the owner's loop: for assertions at the doors of owned state. */
    public boolean here() {
        return Thread.currentThread() == thread;
    }

    /** Runs the work on the owner's loop; at once when already there. A thrown exception fails the future. */
    public <T> Future<T> call(Supplier<Future<T>> work) {
        if (here()) {
            return attempt(work);
        }
        Context asker = vertx.getOrCreateContext();
        Promise<T> answer = Promise.promise();
        owner.runOnContext(go -> attempt(work)
                .onComplete(
                        value -> asker.runOnContext(back -> answer.tryComplete(value)),
                        failure -> asker.runOnContext(back -> answer.tryFail(failure))));
        return answer.future();
    }

    /** Runs the task on the owner's loop after what is queued there. */
    public void later(Runnable task) {
        owner.runOnContext(go -> task.run());
    }

    /**
     * Runs the task on the owner's loop after the sockets have had their turn; for work that goes on for many turns. What
     * is merely queued there, as by {@link #later}, runs before any socket is looked at, and so does all that it queues,
     * for up to a second. On the owner's loop.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // Nothing is done about a loop that has ended.
    public void afterSockets(Runnable task) {
        // A due timer is only taken up between two looks at the sockets. Vert.x' own timers begin at 1 ms.
        nettyLoop.schedule(() -> owner.runOnContext(go -> task.run()), 0, TimeUnit.NANOSECONDS);
    }

    /** Runs the task on the owner's loop after so many milliseconds, at least 1. On the owner's loop. */
    public void after(long millis, Runnable task) {
        vertx.setTimer(millis, due -> task.run());
    }

    private static <T> Future<T> attempt(Supplier<Future<T>> work) {
        try {
            return work.get();
        } catch (RuntimeException failure) {
            return Future.failedFuture(failure);
        }
    }
}
