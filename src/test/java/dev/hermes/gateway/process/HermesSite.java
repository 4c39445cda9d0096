package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.RedisProducer;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** Redis, Hermes, jars of the gateway that can be stopped, a browser with pages; numbered events all the time. */
final class HermesSite implements AutoCloseable {

    static final String DOWNLOAD = "d1";

    /** How a gateway ends, and how long it is away. */
    record Outage(String signal, long millis) {}

    private static final long EACH_MILLIS = 250;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path temporary;
    private final EmbeddedRedis redis = FreePorts.redis();
    private final RedisProducer producer = new RedisProducer(redis.port());
    private final HermesStandIn hermes;
    private final List<Integer> ports;
    private final List<RunningJar> gateways = new ArrayList<>();
    private final List<Runnable> proxies = new ArrayList<>();
    private final List<HermesTab> tabs = new ArrayList<>();
    private final ScheduledExecutorService publisher = Executors.newSingleThreadScheduledExecutor();
    private final List<Future<?>> publishing = new ArrayList<>();
    private final AtomicLong published = new AtomicLong();
    private final Browser browser;

    HermesSite(Path temporary, int gateways) {
        this.temporary = temporary;
        hermes = new HermesStandIn(redis.url().toString(), List.of(DOWNLOAD));
        ports = IntStream.range(0, gateways)
                .mapToObj(gateway -> FreePorts.next())
                .toList();
        ports.forEach(port -> this.gateways.add(jar(port)));
        this.gateways.forEach(RunningJar::port);
        browser = Browser.open(temporary, "about:blank");
    }

    private RunningJar jar(int port) {
        return RunningJar.start(
                temporary,
                JarSettings.with(
                        redis, "API_PORT", port, "HERMES_ALLOWED_ORIGINS", "http://localhost:" + hermes.port()));
    }

    HermesStandIn hermes() {
        return hermes;
    }

    Browser browser() {
        return browser;
    }

    int[] ports() {
        return ports.stream().mapToInt(Integer::intValue).toArray();
    }

    Path folder(String name) {
        return temporary.resolve(name);
    }

    PrintedProxy with(PrintedProxy proxy) {
        proxies.add(proxy::close);
        return proxy;
    }

    RunningCaddy with(RunningCaddy proxy) {
        proxies.add(proxy::close);
        return proxy;
    }

    /** Home and queue page, below that origin; {@code more} goes into their addresses. */
    void open(String name, String origin, String more) {
        tabs.add(new HermesTab(browser, name + " home", origin, "page=home" + more));
        tabs.add(new HermesTab(browser, name + " queue", origin, "page=queue" + more));
    }

    List<HermesTab> tabs() {
        return tabs;
    }

    /** Progress of the download and a change of the queue, four times a second from now on. */
    void publishAllTheTime() {
        publishing.add(publisher.scheduleAtFixedRate(this::publish, 0, EACH_MILLIS, TimeUnit.MILLISECONDS));
    }

    /** One event on both channels. */
    void publish() {
        JsonObject data = new JsonObject().put("download_id", DOWNLOAD).put("n", published.incrementAndGet());
        producer.event("download:updates", "download_progress", data.encode())
                .event("queue:updates", "queue_update", data.encode())
                .sync();
    }

    /** The number of the last one so far; each moment there is a later one. */
    long published() {
        assertThat(publishing).noneMatch(Future::isDone);
        return published.get();
    }

    /** Asks it to end, or lets it end without having been asked, and waits until it has. */
    void stop(int gateway, String signal) {
        RunningJar running = gateways.get(gateway);
        running.process().signal(signal);
        running.process().awaitExit(PATIENCE);
    }

    /** On its port, so long from now; returns when it listens. */
    void startAfter(int gateway, Duration away) {
        gateways.set(
                gateway,
                CompletableFuture.supplyAsync(
                                () -> jar(ports.get(gateway)),
                                CompletableFuture.delayedExecutor(away.toMillis(), TimeUnit.MILLISECONDS))
                        .join());
        gateways.get(gateway).port();
    }

    /** Until each stream of each page shows that event, or a later one. */
    void awaitShown(long number) {
        for (HermesTab tab : tabs) {
            Awaitility.await()
                    .alias(tab.name() + " shows " + number)
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> tab.showsAtLeast(number, tab.name().endsWith("home") ? 2 : 1));
        }
    }

    /** Until no page waits for a token that it has asked for. */
    void awaitTokens() {
        for (HermesTab tab : tabs) {
            Awaitility.await()
                    .alias(tab.name() + " has its tokens")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> tab.number("tokensAwaited()") == 0);
        }
    }

    @Override
    public void close() {
        publisher.shutdownNow();
        browser.close();
        proxies.forEach(Runnable::run);
        gateways.forEach(RunningJar::close);
        hermes.close();
        producer.close();
        redis.close();
    }
}
