package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams through each proxy as the documents print it: when events come, when they are gone, and how many a page may have. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxyStreamsIT {

    private static final int DOWNLOADS = 20;
    private static final int EVENTS = 20;
    private static final Duration AT_ONCE = Duration.ofSeconds(2);
    private static final Duration GONE = Duration.ofSeconds(30);

    private RunningGateway gateway;
    private HermesStandIn hermes;
    private PrintedProxy caddy;
    private PrintedProxy caddyWithTokens;
    private PrintedProxy nginx;
    private PrintedProxy haproxy;
    private RunningCaddy own;
    private final List<Runnable> closing = new ArrayList<>();

    @BeforeAll
    void start(@TempDir Path folder) {
        Browser.require();
        PrintedProxy.require();
        gateway = RunningGateway.started();
        closing.add(gateway::close);
        hermes = new HermesStandIn(
                gateway.redis().url().toString(),
                IntStream.range(0, DOWNLOADS).mapToObj(number -> "d" + number).toList());
        closing.add(hermes::close);
        caddy = PrintedProxy.caddy(
                folder.resolve("caddy"),
                PrintedProxy.block("caddyfile", "README.md", true),
                true,
                hermes.port(),
                gateway.port());
        closing.add(caddy::close);
        caddyWithTokens = PrintedProxy.caddy(
                folder.resolve("caddy-tokens"),
                PrintedProxy.block("caddyfile", "deployment.md", false),
                true,
                hermes.port(),
                gateway.port());
        closing.add(caddyWithTokens::close);
        nginx = PrintedProxy.nginx(
                folder.resolve("nginx"),
                PrintedProxy.block("nginx", "deployment.md", true),
                true,
                hermes.port(),
                gateway.port());
        closing.add(nginx::close);
        haproxy = PrintedProxy.haproxy(
                folder.resolve("haproxy"),
                PrintedProxy.block("haproxy", "deployment.md", true),
                true,
                hermes.port(),
                gateway.port());
        closing.add(haproxy::close);
        own = RunningCaddy.start(folder.resolve("own"), gateway.port());
        closing.add(own::close);
    }

    @AfterAll
    void close() {
        for (int last = closing.size() - 1; last >= 0; last--) {
            closing.get(last).run();
        }
    }

    /** Each event follows the one before only when that has come, so whatever is held back stays away for good. */
    @ParameterizedTest
    @EnumSource(
            value = HttpClient.Version.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void anEventComesAtOnceAndAStreamGoesWithItsClient(HttpClient.Version version) throws Exception {
        for (String origin : List.of(
                caddy.origin(),
                caddyWithTokens.origin(),
                nginx.origin(),
                haproxy.origin(),
                "https://localhost:" + own.port())) {
            HttpClient client = PrintedProxy.client(version);
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create(origin + "/api/v1/events/queue?token=" + gateway.token("queue")))
                    .header("Accept", "text/event-stream")
                    .header("Accept-Encoding", "gzip")
                    .build();
            HttpResponse<InputStream> answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            assertThat(answer.version()).isEqualTo(version);
            assertThat(answer.headers().firstValue("content-encoding")).isEmpty();
            List<Duration> taken = new ArrayList<>();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
                read(lines, "event: connected");
                for (int number = 0; number < EVENTS; number++) {
                    long published = System.nanoTime();
                    gateway.publish("queue:updates", "queue_update", new JsonObject().put("n", number));
                    read(lines, "data: {\"n\":" + number + "}");
                    taken.add(Duration.ofNanos(System.nanoTime() - published));
                }
                assertThat(active()).isEqualTo(1);
            }

            // A busy machine may hold up one of them; a proxy that collects holds up all.
            taken.sort(null);
            assertThat(taken.get(EVENTS / 2)).as(origin).isLessThan(AT_ONCE);
            boolean noticesByWriting = origin.equals(haproxy.origin()) && version == HttpClient.Version.HTTP_1_1;
            await(origin + " lets go of the stream of a client that is gone")
                    .atMost(GONE)
                    .until(() -> {
                        if (noticesByWriting) {
                            gateway.publish("queue:updates", "queue_update", new JsonObject().put("n", EVENTS));
                        }
                        return active() == 0;
                    });
        }
    }

    private static void read(BufferedReader lines, String wanted) throws IOException {
        String line = lines.readLine();
        while (line != null && !line.equals(wanted)) {
            line = lines.readLine();
        }
        assertThat(line).isEqualTo(wanted);
    }

    private int active() {
        return new JsonObject(
                        RunningJar.get(gateway.port(), "/api/v1/events/health").body())
                .getInteger("active_connections");
    }

    @Test
    void beside40StreamsOfAPageItsOwnCallsAreAnsweredAtOnceOverHttp2AndNotAtAllOverHttp1(@TempDir Path folder) {
        try (PrintedProxy plain = PrintedProxy.caddy(
                        folder.resolve("plain"),
                        PrintedProxy.block("caddyfile", "README.md", true),
                        false,
                        hermes.port(),
                        gateway.port());
                Browser browser = Browser.open(folder, "about:blank")) {
            HermesTab page = new HermesTab(browser, "many", caddy.origin(), "page=home");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> page.number("streams.filter((s) => s.isConnected).length") == 2 * DOWNLOADS);
            assertThat(active()).isEqualTo(2 * DOWNLOADS);
            long took = IntStream.range(0, 5)
                    .mapToLong(call -> {
                        page.call("/queue/");
                        await().until(() -> page.number("took") >= 0);
                        return page.number("took");
                    })
                    .min()
                    .orElseThrow();
            // The least of some, since a busy machine may hold up one; without a connection none would be answered.
            assertThat(took).as("milliseconds of a call").isLessThan(1_000);
            System.out.println("beside 40 streams over HTTP/2 a call took " + took + " ms");
            page.close();
            await().atMost(GONE).until(() -> active() == 0);

            HermesTab starved = new HermesTab(browser, "starved", plain.origin(), "page=home");
            await().atMost(Duration.ofSeconds(60)).until(() -> active() == 6);
            starved.call("/queue/");
            await().during(Duration.ofSeconds(2)).until(() -> starved.number("took") < 0);
            assertThat(active()).isEqualTo(6);
        }
    }

    /** Hermes' own token route fails for its statistics. */
    @Test
    void theStatisticsPageLivesWhereTheGatewayHandsOutTokens(@TempDir Path folder) {
        try (Browser browser = Browser.open(folder, "about:blank")) {
            HermesTab from = new HermesTab(browser, "tokens of Hermes", caddy.origin(), "page=stats");
            HermesTab with = new HermesTab(browser, "tokens of the gateway", caddyWithTokens.origin(), "page=stats");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> with.number("streams.filter((s) => s.isConnected).length") == 1);
            gateway.publish("stats:updates", "stats_update", new JsonObject().put("n", 7));

            await().until(() -> with.shown().equals(List.of(7L)));
            assertThat(with.failures()).isEmpty();
            await().until(() -> !from.failures().isEmpty());
            assertThat(from.failures()).containsExactly("stats: status 500");
        }
    }
}
