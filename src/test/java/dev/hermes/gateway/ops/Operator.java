package dev.hermes.gateway.ops;

import static dev.hermes.gateway.fixture.Futures.await;

import dev.hermes.gateway.auth.IdentityEndpoint;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.config.SettingsLoader;
import dev.hermes.gateway.delivery.Explanation;
import dev.hermes.gateway.delivery.HubCounters;
import dev.hermes.gateway.delivery.StreamView;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.http.RequestCounts;
import dev.hermes.gateway.ingest.LinkSupervisor;
import dev.hermes.gateway.log.EventLog;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** A management port on loopback, and somebody who asks it. */
final class Operator implements AutoCloseable {

    static final String API_KEY = "key-of-the-operator";
    static final List<String> CHANNELS = List.of("download:updates", "queue:updates");

    /** An address of this machine that no other program uses, so that nobody takes a port that was just closed. */
    static final String ADDRESS = "127.77." + (ProcessHandle.current().pid() >> 8 & 255) + "."
            + (1 + ProcessHandle.current().pid() % 254);

    /** A gateway with no stream. */
    record Idle(Supplier<ManagementServer.Readiness> current) implements ManagementServer.Gateway {

        @Override
        public ManagementServer.Readiness readiness() {
            return current.get();
        }

        @Override
        public boolean isApiKey(String text) {
            return API_KEY.equals(text);
        }

        @Override
        public Set<String> channels() {
            return Set.copyOf(CHANNELS);
        }

        @Override
        public Future<List<StreamView>> streams(StreamView.Query query) {
            return Future.succeededFuture(List.of());
        }

        @Override
        public Future<Integer> endStreams(StreamView.Query query) {
            return Future.succeededFuture(0);
        }

        @Override
        public Future<Explanation.Answer> explain(String stream, EventId event) {
            return Future.succeededFuture(
                    new Explanation.Answer(new Explanation.Question(stream, event, null, null), null));
        }

        @Override
        public List<SettingsLoader.Effective> settings() {
            return List.of();
        }

        @Override
        public Future<JsonObject> redis() {
            return Future.succeededFuture(new JsonObject().put("configured", false));
        }

        @Override
        public boolean sseEnabled() {
            return true;
        }

        @Override
        public boolean ownsLog() {
            return false;
        }
    }

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private final ManagementServer server;

    private Operator(
            Supplier<ManagementServer.Readiness> readiness,
            Supplier<Future<Metrics.GatewayReadings>> readings,
            Duration scrapeLimit) {
        Metrics metrics = new Metrics(vertx, CHANNELS, readings);
        server = new ManagementServer(
                vertx, new Settings.Management(ADDRESS, 0), new Idle(readiness), metrics, scrapeLimit);
    }

    static Operator of(
            Supplier<ManagementServer.Readiness> readiness,
            Supplier<Future<Metrics.GatewayReadings>> readings,
            Duration scrapeLimit) {
        Operator operator = new Operator(readiness, readings, scrapeLimit);
        await(operator.server.start());
        return operator;
    }

    static Operator asking(Supplier<ManagementServer.Readiness> readiness) {
        return of(readiness, () -> Future.succeededFuture(readings()), Duration.ofSeconds(5));
    }

    static Operator reading(Metrics.GatewayReadings readings) {
        return of(ManagementServer.Readiness::ready, () -> Future.succeededFuture(readings), Duration.ofSeconds(5));
    }

    /** Those of a gateway that has just started. */
    static Metrics.GatewayReadings readings(HubCounters.Snapshot... hubs) {
        return new Metrics.GatewayReadings(
                List.of(hubs),
                Map.of(),
                Map.of(),
                requests(0, RequestCounts.Credentials.NONE, 0),
                new LinkSupervisor.Health(false, Double.NaN, 0, 0),
                IdentityEndpoint.Counts.NONE,
                new Metrics.GatewayReadings.Log(EventLog.Held.UNKNOWN, EventLog.Appends.NONE, null),
                0,
                Set.of(),
                state(1_000, false, Double.NaN));
    }

    static RequestCounts.Snapshot requests(long number, RequestCounts.Credentials credentials, double loopLagSeconds) {
        return new RequestCounts.Snapshot(
                Map.of("MAX_CONNECTIONS", number), Map.of("/poll", Map.of("2xx", number)), credentials, loopLagSeconds);
    }

    /** Of a gateway that has every property or none of them. */
    static Metrics.GatewayReadings.State state(int streamsLimit, boolean all, double certificateEnd) {
        return new Metrics.GatewayReadings.State(
                streamsLimit,
                new Settings.History(Settings.History.Store.MEMORY, 500, Duration.ofHours(1), 64_000, 1_000),
                all,
                all,
                all,
                all ? 1 : 0,
                certificateEnd);
    }

    HttpResponse<String> ask(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + ADDRESS + ":" + port() + path))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(10))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    Exposed scrape() throws Exception {
        return new Exposed(ask("GET", "/metrics").body());
    }

    /** All that comes back until the server ends the connection. */
    String send(String bytes) throws IOException {
        try (Socket socket = new Socket(ADDRESS, port())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    int port() {
        return server.actualPort();
    }

    ManagementServer server() {
        return server;
    }

    @Override
    public void close() {
        await(server.close());
        await(vertx.close());
    }
}
