package dev.hermes.gateway.loop;

import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The event loop that owns some state. Code on any other event loop reaches that state through this class: the work
 * runs on the owner's loop, and the result arrives on the caller's.
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

    /** The event loop on which this method is called. */
    public static OwnerLoop current(Vertx vertx) {
        return new OwnerLoop(vertx, vertx.getOrCreateContext());
    }

    /** Whether the caller runs on the owner's loop; for assertions at the entry points of owned state. */
    public boolean here() {
        return Thread.currentThread() == thread;
    }

    /**
     * Runs the work on the owner's loop, immediately when called there. Whatever is thrown fails the future, and so does a
     * loop of the two that has ended, as all do when Vert.x is closed.
     */
    public <T> Future<T> call(Supplier<Future<T>> work) {
        if (here()) {
            return attempt(work);
        }
        Context asker = vertx.getOrCreateContext();
        Promise<T> answer = Promise.promise();
        unlessEnded(
                owner,
                answer,
                () -> attempt(work)
                        .onComplete(
                                (value, failure) -> unlessEnded(asker, answer, () -> answer.complete(value, failure))));
        return answer.future();
    }

    private static void unlessEnded(Context loop, Promise<?> answer, Runnable task) {
        try {
            loop.runOnContext(go -> task.run());
        } catch (RejectedExecutionException ended) {
            answer.tryFail(ended);
        }
    }

    /** Runs the task on the owner's loop, after the tasks already queued there. Any thread. */
    public void later(Runnable task) {
        owner.runOnContext(go -> task.run());
    }

    /**
     * Runs the task on the owner's loop after the loop has served its sockets; for work that is split over many turns
     * of the loop. Tasks that are only queued, as by {@link #later}, run before any socket is served, and so do the
     * tasks they queue, for up to a second. Call it on the owner's loop.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // There is nothing to do about a loop that has ended.
    public void afterSockets(Runnable task) {
        // Netty runs a due timer only between two polls of the sockets. Timers of Vert.x start at 1 ms.
        nettyLoop.schedule(() -> owner.runOnContext(go -> task.run()), 0, TimeUnit.NANOSECONDS);
    }

    /** Runs the task on the owner's loop after {@code millis} milliseconds, at least 1. Call it on the owner's loop. */
    public void after(long millis, Runnable task) {
        vertx.setTimer(millis, due -> task.run());
    }

    private static <T> Future<T> attempt(Supplier<Future<T>> work) {
        try {
            return work.get();
        } catch (Throwable failure) {
            // Errors too: whoever waits would never be told.
            return Future.failedFuture(failure);
        }
    }
}
