package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways are exchanged, one after the other, under two thousand clients and constant publishing. */
class RollingRestartIT {

    private static final int CLIENTS = 2_000;
    private static final int DRAIN_SECONDS = 7;

    @TempDir
    Path temporary;

    @Test
    void nobodyMissesAnythingAndNobodyComesBackInAHerd() throws InterruptedException {
        try (EmbeddedRedis redis = FreePorts.redis();
                RedisProducer producer = new RedisProducer(redis.port())) {
            int first = FreePorts.next();
            int second = FreePorts.next();
            ScheduledExecutorService publisher = Executors.newSingleThreadScheduledExecutor();
            AtomicInteger published = new AtomicInteger();
            try (RunningJar one = start(redis, first);
                    RunningJar two = start(redis, second);
                    Crowd crowd = new Crowd(CLIENTS, RunningGateway.API_KEY, List.of(one.port(), two.port()))) {
                crowd.open();
                ScheduledFuture<?> publishing = publisher.scheduleAtFixedRate(
                        () -> producer.event(
                                        "queue:updates", "queue_update", "{\"n\":" + published.getAndIncrement() + "}")
                                .sync(),
                        0,
                        200,
                        TimeUnit.MILLISECONDS);
                await().until(() -> published.get() > 5);
                restart(one);
                try (RunningJar newOne = start(redis, first)) {
                    newOne.port();
                    restart(two);
                    try (RunningJar newTwo = start(redis, second)) {
                        newTwo.port();
                        publishing.cancel(false);
                        publisher.shutdown();
                        assertThat(publisher.awaitTermination(10, TimeUnit.SECONDS))
                                .isTrue();
                        await().atMost(Duration.ofSeconds(30)).until(() -> crowd.haveSeen(published.get()) == CLIENTS);
                        System.out.println("rolling restart: published=" + published + " returns=" + crowd.returns()
                                + " at most " + crowd.mostReturnsAtOnce() + " in 100 ms, ends=" + crowd.ends());
                        assertThat(crowd.problems()).isEmpty();
                        assertThat(crowd.ends().get("server_shutdown")).isBetween(CLIENTS, 2 * CLIENTS);
                        assertThat(crowd.mostReturnsAtOnce()).isLessThan(CLIENTS / 10);
                    }
                }
            } finally {
                publisher.shutdownNow();
            }
        }
    }

    private RunningJar start(EmbeddedRedis redis, int port) {
        return RunningJar.start(
                temporary,
                JarSettings.with(
                        redis,
                        "HERMES_SSE_MAX_CONNECTIONS",
                        CLIENTS + 100,
                        "HERMES_DRAIN_TIMEOUT",
                        DRAIN_SECONDS,
                        "API_PORT",
                        port));
    }

    private static void restart(RunningJar gateway) {
        gateway.process().signal("TERM");
        assertThat(gateway.process().awaitExit(Duration.ofSeconds(60))).isZero();
    }
}
