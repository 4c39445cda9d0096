package dev.hermes.gateway.ops;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.config.SettingsLoader;
import dev.hermes.gateway.delivery.Explanation;
import dev.hermes.gateway.delivery.StreamView;
import dev.hermes.gateway.event.EventId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The management port, for operators: {@code /health/live}, {@code /health/ready}, {@code /metrics} and the empty page at
 * {@code /} without a credential, everything else with an API key. Browsers must not see these answers, so the public port has none of these paths.
 */
public final class ManagementServer {

    private static final int LONGEST_REQUEST_LINE = 4_096;
    private static final int MOST_HEADER_BYTES = 8_192;

    /** Longer than any answer takes; closes connections on which nothing arrives, also within a request. */
    private static final int IDLE_SECONDS = 60;

    /** A scraper usually gives up after 10 s and should get the reason before that. */
    private static final Duration SCRAPE_LIMIT = Duration.ofSeconds(5);

    private final Settings.Management settings;
    private final HttpServer server;

    /**
     * Does not listen yet.
     *
     * @param metrics what is scraped
     */
    public ManagementServer(Vertx vertx, Settings.Management settings, Gateway gateway, Metrics metrics) {
        this(vertx, settings, gateway, metrics, SCRAPE_LIMIT);
    }

    /** With another time limit for scrapes. */
    ManagementServer(
            Vertx vertx, Settings.Management settings, Gateway gateway, Metrics metrics, Duration scrapeLimit) {
        this.settings = settings;
        this.server = vertx.createHttpServer(new HttpServerOptions()
                        .setMaxInitialLineLength(LONGEST_REQUEST_LINE)
                        .setMaxHeaderSize(MOST_HEADER_BYTES)
                        .setIdleTimeout(IDLE_SECONDS))
                .requestHandler(new ManagementRoutes(vertx, gateway, metrics, scrapeLimit).router())
                .invalidRequestHandler(JsonAnswer::invalidRequest);
    }

    /**
     * Must be called on the event loop that is to serve. If it cannot listen, it fails with a message for the
     * operator.
     */
    public Future<Void> start() {
        return server.listen(settings.port(), settings.host())
                .recover(failure -> Future.failedFuture(new IllegalStateException(
                        "Cannot listen on HERMES_MANAGEMENT_HOST=" + settings.host() + " HERMES_MANAGEMENT_PORT="
                                + settings.port() + ": " + failure.getMessage(),
                        failure)))
                .mapEmpty();
    }

    /** Closes the port and all its connections. */
    public Future<Void> close() {
        return server.close();
    }

    /** The port in use, also if {@code HERMES_MANAGEMENT_PORT} is 0. */
    public int actualPort() {
        return server.actualPort();
    }

    /** The gateway as its operators see it. Called on this server's event loop; must not block, results may come on any. */
    public interface Gateway {

        Readiness readiness();

        /** Whether a text is one of the configured API keys, which all but probes and metrics need. */
        boolean isApiKey(String text);

        /** The channels of its catalogue. */
        Set<String> channels();

        /** The open streams that match, in no order. */
        Future<List<StreamView>> streams(StreamView.Query query);

        /** Ends the open streams that match, each with {@code closing}; completes with their number. */
        Future<Integer> endStreams(StreamView.Query query);

        /**
         * Why a stream got the event with this id, or did not. Fails while the log cannot be read.
         *
         * @param stream the connection's id, as the client was told in {@code connected}
         */
        Future<Explanation.Answer> explain(String stream, EventId event);

        /** All settings as they apply. */
        List<SettingsLoader.Effective> settings();

        /**
         * What the operator of its Redis wants to know: whether there is one and it answers, and if so its version,
         * memory and clock, the bound of the log in it, and the rights that the gateway's account lacks. Fails if Redis
         * stops answering meanwhile.
         */
        Future<JsonObject> redis();

        /** Whether streams are served now, whatever the settings said at the start. */
        boolean sseEnabled();

        /** Whether the process is the gateway's own, and so is its log. */
        boolean ownsLog();
    }

    /**
     * Whether clients should be sent to this gateway: events really flow, as the canary through Redis proves and an
     * open socket does not, and the gateway is not shutting down.
     *
     * @param problems the reasons against it; ready if and only if there are none
     */
    public record Readiness(List<Problem> problems) {

        public Readiness {
            problems = List.copyOf(problems);
        }

        /** The gateway is ready. */
        public static Readiness ready() {
            return new Readiness(List.of());
        }

        /** The gateway is not ready, for these reasons. */
        public static Readiness of(Problem... problems) {
            return new Readiness(List.of(problems));
        }

        public boolean isReady() {
            return problems.isEmpty();
        }

        /**
         * One reason why the gateway is not ready. Readable by anyone who reaches the management port: no secrets.
         *
         * @param what a word to match on: {@code starting}, {@code redis}, {@code draining}
         * @param since when the problem began, null if unknown
         * @param detail for people
         */
        public record Problem(String what, @Nullable Instant since, String detail) {}
    }
}
