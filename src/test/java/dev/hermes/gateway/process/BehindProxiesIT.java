package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways behind each proxy that Debian has, with the blocks of the page about deployment. */
class BehindProxiesIT {

    private static final int CLIENTS = 40;
    private static final int EVENTS = 20;
    private static final Duration AT_ONCE = Duration.ofSeconds(2);
    private static final Duration FIRST_BYTE = Duration.ofSeconds(20);
    private static final String PAGE = "deployment.md";

    @TempDir
    Path temporary;

    private EmbeddedRedis redis;
    private RedisProducer producer;
    private HermesStandIn hermes;
    private final List<Integer> ports = List.of(FreePorts.next(), FreePorts.next());
    private final List<RunningJar> gateways = new ArrayList<>();
    private final List<PrintedProxy> proxies = new ArrayList<>();

    @BeforeEach
    void start() {
        PrintedProxy.require();
        redis = FreePorts.redis();
        producer = new RedisProducer(redis.port());
        hermes = new HermesStandIn(redis.url().toString(), List.of());
        ports.forEach(port -> gateways.add(jar(port)));
        gateways.forEach(RunningJar::port);
        int first = ports.get(0);
        int second = ports.get(1);
        String caddy = PrintedProxy.block("caddyfile", PAGE, true);
        String nginx = PrintedProxy.block("nginx", PAGE, true);
        String haproxy = PrintedProxy.block("haproxy", PAGE, true);
        proxies.add(PrintedProxy.caddy(temporary.resolve("caddy"), caddy, false, hermes.port(), first, second));
        proxies.add(PrintedProxy.nginx(temporary.resolve("nginx"), nginx, false, hermes.port(), first, second));
        proxies.add(PrintedProxy.haproxy(temporary.resolve("haproxy"), haproxy, false, hermes.port(), first, second));
    }

    @AfterEach
    void close() {
        proxies.forEach(PrintedProxy::close);
        gateways.forEach(RunningJar::close);
        hermes.close();
        producer.close();
        redis.close();
    }

    private RunningJar jar(int port) {
        return RunningJar.start(temporary, JarSettings.with(redis, "API_PORT", port));
    }

    /** Each event follows the one before only when that has come, so whatever is held back stays away for good. */
    @Test
    void theFirstByteAndEachEventComeAtOnceAndTheTokenGetsIntoNoLog() {
        String token = token("queue");
        for (PrintedProxy proxy : proxies) {
            long asked = System.nanoTime();
            try (SseConnection stream = SseConnection.open(
                    proxy.port(),
                    queue(token),
                    "Accept-Encoding: gzip, br, zstd",
                    "Referer: http://localhost/?" + token)) {
                assertThat(stream.next().event()).isEqualTo("connected");
                assertThat(since(asked))
                        .as("first byte through %s", proxy.name())
                        .isLessThan(FIRST_BYTE);
                assertThat(stream.header("Content-Encoding")).isNull();
                List<Duration> taken = new ArrayList<>();
                for (int number = 0; number < EVENTS; number++) {
                    long published = System.nanoTime();
                    publish(number);
                    Frame event = stream.next("queue_update");
                    // A new stream begins with the last event of the one before.
                    while (!event.data().equals("{\"n\":" + number + "}")) {
                        event = stream.next("queue_update");
                    }
                    taken.add(since(published));
                }

                // A busy machine may hold up one of them; a proxy that collects holds up all.
                taken.sort(null);
                assertThat(taken.get(EVENTS / 2)).as(proxy.name()).isLessThan(AT_ONCE);
                System.out.println(
                        proxy.name() + ": events took " + taken.get(EVENTS / 2).toMillis() + " ms, at most "
                                + taken.get(EVENTS - 1).toMillis());
            }
        }
        for (PrintedProxy proxy : proxies) {
            await(proxy.name() + " has logged the request").until(() -> proxy.hasWritten("/api/v1/events/queue"));
        }
        assertThat(proxies).noneMatch(proxy -> proxy.hasWritten(token));
    }

    /** Clients as browsers: a token in the address, and the id of the last event with each return. */
    @Test
    void aRollingRestartLosesNothing() throws InterruptedException {
        String token = token("queue");
        ScheduledExecutorService publisher = Executors.newSingleThreadScheduledExecutor();
        AtomicInteger published = new AtomicInteger();
        List<Crowd> crowds = new ArrayList<>();
        try {
            for (PrintedProxy proxy : proxies) {
                Crowd crowd = new Crowd(CLIENTS, token, List.of(proxy.port()));
                crowds.add(crowd);
                crowd.open();
            }
            ScheduledFuture<?> publishing = publisher.scheduleAtFixedRate(
                    () -> publish(published.getAndIncrement()), 0, 50, TimeUnit.MILLISECONDS);
            await().until(() -> published.get() > 5);

            for (int gateway = 0; gateway < gateways.size(); gateway++) {
                RunningJar old = gateways.get(gateway);
                old.process().signal("TERM");
                assertThat(old.process().awaitExit(Duration.ofSeconds(60))).isZero();
                gateways.set(gateway, jar(ports.get(gateway)));
                gateways.get(gateway).port();
            }
            publishing.cancel(false);
            publisher.shutdown();
            assertThat(publisher.awaitTermination(10, TimeUnit.SECONDS)).isTrue();

            for (int at = 0; at < crowds.size(); at++) {
                Crowd crowd = crowds.get(at);
                String name = proxies.get(at).name();
                await(name + ": all have seen all")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> crowd.haveSeen(published.get()) == CLIENTS);
                System.out.println("rolling restart behind " + name + ": published=" + published + " clients=" + CLIENTS
                        + " returns=" + crowd.returns() + " ends=" + crowd.ends());
                assertThat(crowd.problems()).as(name).isEmpty();
                assertThat(crowd.returns()).as("returns behind %s", name).isGreaterThanOrEqualTo(CLIENTS);
            }
        } finally {
            publisher.shutdownNow();
            crowds.forEach(Crowd::close);
        }
        assertThat(proxies).noneMatch(proxy -> proxy.hasWritten(token));
    }

    /** An error would end a browser's stream for good; and what went wrong is logged without the token too. */
    @Test
    void whileNoGatewayIsThereARequestIsHeldOrCutButNotAnswered() {
        String token = token("queue");
        gateways.forEach(gateway -> gateway.process().signal("KILL"));
        gateways.forEach(gateway -> gateway.process().awaitExit(Duration.ofSeconds(10)));

        for (PrintedProxy proxy : proxies) {
            assertThat(firstLine(proxy.port(), queue(token))).as(proxy.name()).isEmpty();
        }
        await("HAProxy has logged the request").until(() -> proxies.get(2).hasWritten("/api/v1/events/queue"));
        assertThat(proxies).noneMatch(proxy -> proxy.hasWritten(token));
    }

    /** Empty if the connection ends, or nothing comes for two seconds. */
    private static String firstLine(int port, String path) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(2_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] line = new byte[64];
            int read = socket.getInputStream().read(line);
            return read < 0 ? "" : new String(line, 0, read, StandardCharsets.US_ASCII);
        } catch (IOException heldOrCut) {
            return "";
        }
    }

    private static String queue(String token) {
        return "/api/v1/events/queue?token=" + token;
    }

    /** From a gateway itself: behind these blocks, Hermes hands out tokens. */
    private String token(String scope) {
        URI route = URI.create("http://localhost:" + ports.get(0) + "/api/v1/events/token");
        return new JsonObject(RunningJar.send(HttpRequest.newBuilder(route)
                                .header("Authorization", "Bearer " + RunningGateway.API_KEY)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(
                                        new JsonObject().put("scope", scope).encode())))
                        .body())
                .getString("token");
    }

    private void publish(int number) {
        producer.event("queue:updates", "queue_update", "{\"n\":" + number + "}")
                .sync();
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
