package dev.hermes.gateway.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How soon an event is on the page, and how the page is while many come. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoadIT {

    private static final Logger LOG = LoggerFactory.getLogger(LoadIT.class);

    private static final int STEP_MILLIS = 20;

    /** What the guides promise, on a machine of one's own. */
    private static final double LATEST_MILLIS = 500;

    private static final double LONGEST_TASK_MILLIS = 250;
    private static final double LONGEST_STALL_MILLIS = 500;

    /** Each event changes the document. Notes down when it did, tasks of more than 50 ms, and how late a timer ever was. */
    private static final String WATCHED = """
            Object.assign(window, { latencies: [], tasks: [], stall: 0 });
            new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => tasks.push(duration)))
              .observe({ type: 'longtask' });
            let ticked = performance.now();
            setInterval(() => {
              stall = Math.max(stall, performance.now() - ticked - 10);
              ticked = performance.now();
            }, 10);
            const shown = document.body.appendChild(document.createElement('output'));
            new MutationObserver((changes) => changes.forEach(({ target }) =>
              latencies.push(Date.now() - target.lastChild.data)))
              .observe(shown, { childList: true });
            client.subscribe({ channels: ['queue:updates'] }, ({ data }) => (shown.textContent = data.at));
            """;

    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "load"));
    private Lab lab;

    @BeforeAll
    void open(@TempDir Path temporary) {
        lab = new Lab(temporary);
    }

    @AfterAll
    void close() {
        clock.shutdownNow();
        if (lab != null) {
            lab.close();
        }
    }

    @AfterEach
    void closeTabs() {
        lab.chromium().closeTabs();
    }

    private Chromium.Tab watched() {
        Chromium.Tab tab = lab.open(Lab.QUEUE);
        tab.awaitStatus("connected");
        tab.run(WATCHED);
        return tab;
    }

    private void publish(int events, int perSecond) {
        CompletableFuture<Void> all = new CompletableFuture<>();
        AtomicInteger left = new AtomicInteger(events);
        int perStep = Math.max(1, perSecond * STEP_MILLIS / 1_000);
        long period = perStep * 1_000_000L / perSecond;
        var steps = clock.scheduleAtFixedRate(
                () -> {
                    try {
                        for (int event = 0; event < perStep && left.getAndDecrement() > 0; event++) {
                            lab.publish(
                                    "queue:updates",
                                    "queue_update",
                                    new JsonObject().put("at", System.currentTimeMillis()));
                        }
                    } catch (RuntimeException | AssertionError failure) {
                        all.completeExceptionally(failure);
                    }
                    if (left.get() <= 0) {
                        all.complete(null);
                    }
                },
                0,
                period,
                TimeUnit.MICROSECONDS);
        all.orTimeout(5, TimeUnit.MINUTES).join();
        steps.cancel(false);
    }

    @SuppressWarnings("unchecked")
    private static List<Double> numbers(Chromium.Tab tab, String name) {
        return ((List<Number>) tab.run("return " + name))
                .stream().map(Number::doubleValue).sorted().toList();
    }

    private static double at(List<Double> sorted, double share) {
        return sorted.get((int) Math.ceil(share * sorted.size()) - 1);
    }

    private static void assertSoon(Chromium.Tab tab, int events, int perSecond, double stretch) {
        List<Double> latencies = numbers(tab, "latencies");
        LOG.info(
                "from PUBLISH to the document events={} per_second={} p50_ms={} p99_ms={} max_ms={} stretch={}",
                events,
                perSecond,
                at(latencies, 0.5),
                at(latencies, 0.99),
                at(latencies, 1),
                stretch);
        assertThat(latencies).hasSize(events);
        assertThat(at(latencies, 0.99)).isLessThan(LATEST_MILLIS * stretch);
    }

    @Test
    void anEventIsSoonOnThePage() {
        Chromium.Tab tab = watched();
        long from = lab.next();

        BrowserPace pace = BrowserPace.start();
        publish(250, 50);

        lab.assertWhole(tab, from);
        assertSoon(tab, 250, 50, pace.stretch());
    }

    @Test
    void tenThousandEventsAtFiveHundredASecondLeaveThePageResponsive() {
        Chromium.Tab tab = watched();
        long from = lab.next();

        BrowserPace pace = BrowserPace.start();
        publish(10_000, 500);
        List<Double> tasks = numbers(tab, "tasks");
        double stall = ((Number) tab.run("return stall")).doubleValue();

        LOG.info("long tasks_ms={} longest_stall_ms={}", tasks, stall);
        lab.assertWhole(tab, from);
        double stretch = pace.stretch();
        assertSoon(tab, 10_000, 500, stretch);
        assertThat(tasks).allSatisfy(task -> assertThat(task).isLessThan(LONGEST_TASK_MILLIS * stretch));
        assertThat(stall).isLessThan(LONGEST_STALL_MILLIS * stretch);
    }
}
