package dev.hermes.gateway.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One tab that polls as the web app did, and one that listens, for a working day, counted where their requests arrive. The
 * day is thirty times as fast, and so are the pollers' intervals, heartbeats, and the lives of streams and of tokens.
 */
@Tag("long")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class WorkingDayIT {

    private static final Logger LOG = LoggerFactory.getLogger(WorkingDayIT.class);

    private static final int SPEED = 30;
    private static final int HOURS = Integer.getInteger("hermes.day.hours", 8);
    private static final long SECONDS = HOURS * 3_600L;
    private static final int STREAM_SECONDS = 300 / SPEED;
    private static final int TOKEN_SECONDS = 3_600 / SPEED;
    private static final double LEFT = 0.01;

    /** Progress only while there is any, the queue as often as its last answer says, the others always. */
    private static final String POLLERS = """
            const ask = (name) => fetch(arguments[0] + name, { cache: 'no-store' }).then((answer) => answer.json());
            let running = false;
            const every = (seconds, work) => setInterval(work, seconds * 1000 / arguments[1]);
            every(2, () => running && ask('progress'));
            const queue = () => ask('queue').then((answer) => {
              running = answer.running;
              setTimeout(queue, answer.interval * 1000 / arguments[1]);
            });
            queue();
            every(5, () => ask('simple-queue'));
            for (const name of ['stats', 'analytics', 'analytics-detail', 'timeline', 'timeline-summary', 'health']) {
              every(30, () => ask(name));
            }
            every(60, () => ask('storage'));
            every(60, () => ask('api-keys'));
            """;

    /**
     * Each query once when the page begins; what has no events of its own when a download has ended; and what nothing tells of
     * when its user comes back to the page, each hour.
     */
    private static final String FETCHES = """
            const ask = (name) => fetch(arguments[0] + name, { cache: 'no-store' }).then((answer) => answer.json());
            for (const name of ['progress', 'queue', 'simple-queue', 'stats', 'analytics', 'analytics-detail', 'timeline',
                'timeline-summary', 'health', 'storage', 'api-keys']) {
              ask(name);
            }
            client.subscribe({ channels: ['stats:updates'] }, () =>
              ['stats', 'analytics', 'analytics-detail', 'timeline', 'timeline-summary', 'storage'].forEach(ask));
            setInterval(() => ask('api-keys'), 3600 * 1000 / arguments[1]);
            """;

    private static final String TOKENS = """
            { getToken: (scopes) => fetch('%s' + encodeURIComponent(scopes.join(' ')), { cache: 'no-store' })
                .then((answer) => answer.json()) }""";

    @Test
    void listeningNeedsAHundredthOfTheRequestsOfPolling(@TempDir Path temporary) throws Exception {
        WorkingDay day = new WorkingDay();
        ScheduledExecutorService clock =
                Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "working-day"));
        try (Lab lab = new Lab(temporary, STREAM_SECONDS);
                Chromium other = Chromium.start(Files.createDirectory(temporary.resolve("other")));
                WatchedNetwork polled = new WatchedNetwork(lab.pages().port());
                WatchedNetwork fetched = new WatchedNetwork(lab.pages().port())) {
            lab.pages().serve("/day/", day::answer);
            lab.pages().serve("/short-token", exchange -> token(lab, exchange));
            Chromium.Tab polling = other.open(lab.pages().origin() + "/?port=" + lab.port(), "");
            Chromium.await(
                    "the page is there",
                    () -> polling.run("return window.ready").equals(true));
            Chromium.Tab listening = lab.openWith("", TOKENS.formatted(address(fetched) + "/short-token?"), "{}");
            listening.awaitStatus("connected");
            listening.run(FETCHES, address(fetched) + "/day/", SPEED);
            polling.run(POLLERS, address(polled) + "/day/", SPEED);

            CompletableFuture<Void> over = new CompletableFuture<>();
            ScheduledFuture<?> seconds = clock.scheduleAtFixedRate(
                    () -> {
                        try {
                            if (day.pass(lab::publish) % 3_600 == 0) {
                                counts(lab, polled, fetched);
                            }
                        } catch (RuntimeException | AssertionError failure) {
                            over.completeExceptionally(failure);
                        }
                    },
                    0,
                    1_000_000 / SPEED,
                    TimeUnit.MICROSECONDS);
            over.completeOnTimeout(null, SECONDS / SPEED, TimeUnit.SECONDS).join();
            seconds.cancel(false);
            clock.shutdown();
            assertThat(clock.awaitTermination(SECONDS, TimeUnit.SECONDS)).isTrue();

            Counts counts = counts(lab, polled, fetched);
            LOG.info("polling {}", byPath(polled.requests()));
            LOG.info("listening {} {}", byPath(lab.network().requests()), byPath(fetched.requests()));
            assertThat((double) counts.requests()).isLessThanOrEqualTo(LEFT * counts.polls());
            assertThat(lab.network().bytes() + fetched.bytes()).isLessThan(polled.bytes());
            lab.assertWhole(listening, 1);
        } finally {
            clock.shutdownNow();
        }
    }

    private record Counts(int polls, int requests) {}

    private static Counts counts(Lab lab, WatchedNetwork polled, WatchedNetwork fetched) {
        Counts counts = new Counts(
                polled.requests().size(),
                lab.network().requests().size() + fetched.requests().size());
        LOG.info(
                "polling requests={} bytes={} listening requests={} bytes={} events={}",
                counts.polls(),
                polled.bytes(),
                counts.requests(),
                lab.network().bytes() + fetched.bytes(),
                lab.next() - 1);
        return counts;
    }

    private static String address(WatchedNetwork network) {
        return "http://localhost:" + network.port();
    }

    private static Map<String, Long> byPath(List<String> requests) {
        return requests.stream()
                .collect(Collectors.groupingBy(
                        request -> request.replaceFirst("^(\\S+ [^ ?]*).*$", "$1"),
                        TreeMap::new,
                        Collectors.counting()));
    }

    /** As POST /token answers: how long it lives is told, and so it is renewed in time. */
    private static void token(Lab lab, HttpExchange exchange) throws IOException {
        String scopes = URLDecoder.decode(exchange.getRequestURI().getRawQuery(), StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
        Pages.answer(
                exchange,
                "application/json",
                new JsonObject()
                        .put("token", lab.gateway().token(scopes, TOKEN_SECONDS))
                        .put("ttl", TOKEN_SECONDS)
                        .encode());
    }
}
