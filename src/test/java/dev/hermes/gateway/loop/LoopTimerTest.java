package dev.hermes.gateway.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.watchdog.Pace;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoopTimerTest {

    private static final Duration OFTEN = Duration.ofMillis(10);
    private static final int MANY = 100;

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final AtomicBoolean awaited = new AtomicBoolean(true);
    private volatile CountDownLatch runs = new CountDownLatch(MANY);
    private LoopTimer timer;

    @BeforeEach
    void start() throws Exception {
        timer = onLoop(() -> new LoopTimer(vertx, OFTEN, awaited::get, () -> runs.countDown()));
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    @Test
    void runsOftenWhileSomebodyWaits() throws Exception {
        assertThat(runs.await(20, TimeUnit.SECONDS)).isTrue();
    }

    /** It would take a hundred seconds. */
    @Test
    void runsSeldomWhileNobodyDoesAndOftenAgainAfterwards() throws Exception {
        awaited.set(false);
        long began = System.nanoTime();
        runs = new CountDownLatch(3);
        assertThat(runs.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(1_900));

        awaited.set(true);
        runs = new CountDownLatch(MANY);
        onLoop(() -> {
            timer.hurry();
            return timer;
        });
        assertThat(runs.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aSeldomRunIsNotALateOne() throws Exception {
        Pace pace = Pace.start();
        runs = new CountDownLatch(2);
        awaited.set(false);
        assertThat(runs.await(20, TimeUnit.SECONDS)).isTrue();

        assertThat(timer.lag().recent()).isLessThan(pace.stretched(Duration.ofMillis(900)));
    }

    @Test
    void runsNoMoreOnceClosed() throws Exception {
        onLoop(() -> {
            timer.close();
            timer.hurry();
            runs = new CountDownLatch(1);
            return timer;
        });

        assertThat(runs.await(1_500, TimeUnit.MILLISECONDS)).isFalse();
    }

    private LoopTimer onLoop(Supplier<LoopTimer> work) throws Exception {
        Promise<LoopTimer> done = Promise.promise();
        context.runOnContext(go -> done.complete(work.get()));
        return done.future().await(20, TimeUnit.SECONDS);
    }
}
