package dev.hermes.gateway.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;

/** A gateway that can be restarted, a network before it, a web app's server, and a browser. Events are numbered from 1. */
final class Lab implements AutoCloseable {

    static final String QUEUE = "{channels: ['queue:updates']}";

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final EmbeddedRedis redis = FreePorts.redis();
    private final Path settings;
    private final Chromium chromium;
    private final Pages pages;
    private final WatchedNetwork network;
    private final int port;
    private final int streamSeconds;

    /** Read by the web app's server too. */
    private volatile RunningGateway gateway;

    private volatile int tokenSeconds = 600;
    private volatile String lastToken = "";
    private long published;

    Lab(Path temporary) {
        this(temporary, 300);
    }

    /** One whose streams live so long. */
    Lab(Path temporary, int streamSeconds) {
        this.streamSeconds = streamSeconds;
        chromium = Chromium.start(temporary);
        pages = new Pages(this::token);
        settings = temporary;
        flag(true);
        gateway = gateway(FreePorts.next());
        port = gateway.port();
        network = new WatchedNetwork(port);
    }

    private RunningGateway gateway(int port) {
        catalogue();
        return RunningGateway.with("API_PORT", port)
                .with("HERMES_CONF", settings.toString())
                .with("HERMES_ENABLE_SSE", "")
                .with("HERMES_SSE_HISTORY", "redis")
                .with("HERMES_SSE_HEARTBEAT_INTERVAL", 1)
                .with("HERMES_SSE_CONNECTION_TIMEOUT", streamSeconds)
                .with("VITE_SSE_ENABLED", true)
                .with("HERMES_ALLOWED_ORIGINS", pages.origin())
                .start(redis);
    }

    /** Without a greeting for the queue: what these tests count is what was published since a page opened. */
    private void catalogue() {
        try {
            String delivered = Files.readString(Path.of("conf", "channels.yaml"));
            Files.writeString(
                    settings.resolve("channels.yaml"),
                    delivered.replace("route: queue\n    on-connect: last-event\n", "route: queue\n"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    RunningGateway gateway() {
        return gateway;
    }

    int port() {
        return port;
    }

    WatchedNetwork network() {
        return network;
    }

    Pages pages() {
        return pages;
    }

    EmbeddedRedis redis() {
        return redis;
    }

    Chromium chromium() {
        return chromium;
    }

    void flag(boolean on) {
        try {
            Files.writeString(settings.resolve("gateway.properties"), "HERMES_ENABLE_SSE=" + on + "\n");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Tokens live so long from now on; the web app does not tell the client. */
    void tokensLive(int seconds) {
        tokenSeconds = seconds;
    }

    /** What the web app answers. */
    String token(String scopes) {
        String token = gateway.token(scopes, tokenSeconds);
        lastToken = token;
        return new JsonObject().put("token", token).encode();
    }

    /** Revokes the token that was handed out last. */
    void revoke() {
        gateway.redis(Command.DEL, "sse:token:" + lastToken);
    }

    /** A page that listens. */
    Chromium.Tab open(String... selections) {
        return openWith("", "{}", selections);
    }

    /** A page with those options, before which a script has run. */
    Chromium.Tab openWith(String script, String options, String... selections) {
        Chromium.Tab tab = chromium.open(pages.address(network.port()), script);
        Chromium.await(
                "the client is there", () -> tab.run("return window.ready").equals(true));
        String listening = Arrays.stream(selections)
                .map(selection -> "listen(" + selection + ");")
                .collect(Collectors.joining());
        tab.run("make(" + options + ");" + listening);
        return tab;
    }

    /** The number of the next event. */
    long next() {
        return published + 1;
    }

    void publish() {
        publish("queue:updates", "queue_update", new JsonObject());
    }

    void publish(String channel, String type, JsonObject data) {
        gateway.publish(channel, type, data.put("n", ++published));
    }

    /** Into the log itself, as a producer may that wants to lose nothing while no gateway is there. */
    void log() {
        gateway.redis(
                Command.XADD,
                "hermes:events",
                "*",
                "channel",
                "queue:updates",
                "type",
                "queue_update",
                "data",
                "{\"n\":" + ++published + "}",
                "timestamp",
                "2026-11-23T09:13:33+00:00");
    }

    /** Each from that number on, once and in order, and nothing went wrong in the page. */
    void assertWhole(Chromium.Tab tab, long from) {
        List<Long> all = LongStream.rangeClosed(from, published).boxed().toList();
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                // What was published before may still have been under way when the page came.
                .untilAsserted(() -> assertThat(tab.numbers().stream().dropWhile(number -> number < from))
                        .containsExactlyElementsOf(all));
        assertThat(tab.uncaught()).isEmpty();
    }

    void stopGateway() {
        gateway.stopGateway();
    }

    /** Another one on the same port. */
    void startGateway() {
        RunningGateway before = gateway;
        gateway = gateway(port);
        before.close();
    }

    /** As /health counts them. */
    int streams() {
        try {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://localhost:" + port + "/api/v1/events/health"))
                    .build();
            String health = HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.ofString())
                    .body();
            return new JsonObject(health).getInteger("active_connections");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    @Override
    public void close() {
        chromium.close();
        network.close();
        pages.close();
        gateway.close();
        redis.close();
    }
}
