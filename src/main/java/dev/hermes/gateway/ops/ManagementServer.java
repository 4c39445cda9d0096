package dev.hermes.gateway.ops;

import dev.hermes.gateway.config.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The operator's port: {@code /health/live}, {@code /health/ready}, {@code /metrics}, without a credential. What they
 * say belongs to no browser, so nothing of it is on the public port.
 */
public final class ManagementServer {

    private static final int LONGEST_REQUEST_LINE = 4_096;
    private static final int MOST_HEADER_BYTES = 8_192;

    /** Longer than any answer takes: ends connections on which nothing comes, also half a request. */
    private static final int IDLE_SECONDS = 60;

    /** A scraper gives up after 10 s as a rule; by then it should know why. */
    private static final Duration SCRAPE_LIMIT = Duration.ofSeconds(5);

    private final Settings.Management settings;
    private final HttpServer server;

    /**
     * Does not listen yet.
     *
     * @param readiness asked on this server's event loop at each probe; must not block
     * @param metrics closed by its owner, not by this server
     * @param apiKey whether a text is one of the configured API keys, for everything but the known paths
     */
    public ManagementServer(
            Vertx vertx,
            Settings.Management settings,
            Supplier<Readiness> readiness,
            Metrics metrics,
            Predicate<String> apiKey) {
        this(vertx, settings, readiness, metrics, apiKey, SCRAPE_LIMIT);
    }

    /** With another time after which a scrape is given up. */
    ManagementServer(
            Vertx vertx,
            Settings.Management settings,
            Supplier<Readiness> readiness,
            Metrics metrics,
            Predicate<String> apiKey,
            Duration scrapeLimit) {
        this.settings = settings;
        this.server = vertx.createHttpServer(new HttpServerOptions()
                        .setMaxInitialLineLength(LONGEST_REQUEST_LINE)
                        .setMaxHeaderSize(MOST_HEADER_BYTES)
                        .setIdleTimeout(IDLE_SECONDS))
                .requestHandler(new ManagementRoutes(vertx, readiness, metrics, apiKey, scrapeLimit).router())
                .invalidRequestHandler(JsonAnswer::invalidRequest);
    }

    /** To be called on the event loop that is to serve. Fails with a message for the operator if it cannot listen. */
    public Future<Void> start() {
        return server.listen(settings.port(), settings.host())
                .recover(failure -> Future.failedFuture(new IllegalStateException(
                        "Cannot listen on HERMES_MANAGEMENT_HOST=" + settings.host() + " HERMES_MANAGEMENT_PORT="
                                + settings.port() + ": " + failure.getMessage(),
                        failure)))
                .mapEmpty();
    }

    /** Ends all connections. */
    public Future<Void> close() {
        return server.close();
    }

    /** The port it listens on, also where {@code HERMES_MANAGEMENT_PORT} is 0. */
    public int actualPort() {
        return server.actualPort();
    }

    /**
     * Whether this gateway should be sent clients: events really flow, which the canary through Redis proves and an open
     * socket does not, and it is not on its way out.
     *
     * @param problems what speaks against it; ready if and only if there is none
     */
    public record Readiness(List<Problem> problems) {

        public Readiness {
            problems = List.copyOf(problems);
        }

        /** Nothing speaks against it. */
        public static Readiness ready() {
            return new Readiness(List.of());
        }

        /** These speak against it. */
        public static Readiness of(Problem... problems) {
            return new Readiness(List.of(problems));
        }

        public boolean isReady() {
            return problems.isEmpty();
        }

        /**
         * One thing that speaks against it. Anybody who reaches the management port can read it: no secrets.
         *
         * @param what a word to match on: {@code starting}, {@code redis}, {@code draining}
         * @param since when it began, null if that is not known
         * @param detail for people
         */
        public record Problem(String what, @Nullable Instant since, String detail) {}
    }
}
