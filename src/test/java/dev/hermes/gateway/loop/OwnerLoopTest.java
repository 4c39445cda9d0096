package dev.hermes.gateway.loop;

import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Loops end one after the other when Vert.x is closed: what is under way between two of them is no fault. */
class OwnerLoopTest {

    private final Vertx vertx = Vertx.vertx();
    private final ContextInternal owners = ((VertxInternal) vertx).createEventLoopContext();
    private final ContextInternal askers = ((VertxInternal) vertx).createEventLoopContext();
    private final OwnerLoop owner = await(on(owners, () -> OwnerLoop.current(vertx)));

    @AfterEach
    void close() {
        await(vertx.close());
    }

    @Test
    void runsTheWorkOnTheOwnersLoopAndAnswersOnTheAskers() {
        Future<Boolean> there =
                await(on(askers, () -> owner.call(() -> Future.succeededFuture(owner.here() && !askers.inThread()))));
        assertThat(await(there)).isTrue();
        assertThat(await(on(askers, () -> owner.call(Future::succeededFuture).map(nothing -> askers.inThread())))
                        .await())
                .isTrue();
    }

    @Test
    void anErrorFailsTheCall() {
        Future<String> answer = await(on(
                askers,
                () -> owner.call(() -> {
                    throw new AssertionError("on purpose");
                })));
        assertThatThrownBy(() -> await(answer)).hasMessageContaining("on purpose");
    }

    @Test
    void anAskerWhoseLoopHasEndedWaitsForNothing() throws InterruptedException {
        Promise<String> work = Promise.promise();
        Future<String> answer = await(on(askers, () -> owner.call(work::future)));
        await(on(owners, () -> "the work has begun"));
        end(askers);
        await(on(owners, () -> {
            work.complete("too late");
            return "done";
        }));
        assertThatThrownBy(() -> await(answer)).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void anOwnerWhoseLoopHasEndedFailsTheCall() throws InterruptedException {
        end(owners);
        Future<String> answer = await(on(askers, () -> owner.call(() -> Future.succeededFuture("never"))));
        assertThatThrownBy(() -> await(answer)).isInstanceOf(RejectedExecutionException.class);
    }

    private static <T> Future<T> on(ContextInternal loop, Callable<T> task) {
        Promise<T> done = Promise.promise();
        loop.runOnContext(go -> {
            try {
                done.complete(task.call());
            } catch (Exception failure) {
                done.fail(failure);
            }
        });
        return done.future();
    }

    private static void end(ContextInternal loop) throws InterruptedException {
        loop.nettyEventLoop().shutdownGracefully(0, 0, TimeUnit.SECONDS).await(30, TimeUnit.SECONDS);
        assertThat(loop.nettyEventLoop().isTerminated()).isTrue();
    }
}
