package dev.hermes.gateway.delivery;

import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** One event loop, and a way for a test to do things on it. */
final class TestLoop implements AutoCloseable {

    // A whole test of fake time runs in one turn.
    private final Vertx vertx = Vertx.vertx(
            new VertxOptions().setMaxEventLoopExecuteTimeUnit(TimeUnit.SECONDS).setMaxEventLoopExecuteTime(60));
    private final Context context = vertx.getOrCreateContext();

    Vertx vertx() {
        return vertx;
    }

    Context context() {
        return context;
    }

    /** Does that on the loop and waits for it, and for what had to wait for its turn; what it throws is thrown here. */
    <T> T call(Callable<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        context.runOnContext(go -> {
            try {
                done.complete(work.call());
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
            }
        });
        T result = await(done);
        turns(1);
        return result;
    }

    void run(Runnable work) {
        call(() -> {
            work.run();
            return true;
        });
    }

    /** Starts that on the loop and waits for what it gives. */
    <T> T await(Supplier<Future<T>> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        context.runOnContext(go -> {
            try {
                work.get().onComplete(done::complete, done::completeExceptionally);
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
            }
        });
        return await(done);
    }

    /** Lets what waits for its turn on the loop, and what that makes wait again, so many times, come to it. */
    void turns(int count) {
        for (int turn = 0; turn < count; turn++) {
            await(() -> {
                Promise<Void> passed = Promise.promise();
                OwnerLoop.current(vertx).afterSockets(passed::complete);
                return passed.future();
            });
        }
    }

    private static <T> T await(CompletableFuture<T> done) {
        try {
            return done.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException failure) {
            throw new AssertionError(String.valueOf(failure.getCause()), failure);
        } catch (InterruptedException | TimeoutException failure) {
            throw new AssertionError("nothing came back from the loop", failure);
        }
    }

    @Override
    public void close() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException failure) {
            throw new AssertionError("Vert.x does not close", failure);
        }
    }
}
