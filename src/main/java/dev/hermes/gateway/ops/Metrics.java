package dev.hermes.gateway.ops;

import dev.hermes.gateway.auth.IdentityEndpoint;
import dev.hermes.gateway.chain.MarkerChain;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.delivery.HubCounters;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.http.Overload;
import dev.hermes.gateway.http.RequestCounts;
import dev.hermes.gateway.ingest.LinkSupervisor;
import dev.hermes.gateway.ingest.Publisher;
import dev.hermes.gateway.log.EventLog;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmClassLoadingMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmRuntimeInfoMetric;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All metrics as text for Prometheus: the gateway's own, which are read at each scrape, and those of the JVM and the
 * process. Any thread may scrape.
 */
public final class Metrics {

    /** The content type of the text that {@link #scrape} returns. */
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** Of the gateway, of Vert.x and of Java. */
    static final Labels VERSIONS = Labels.of(
            "version",
            Objects.requireNonNullElse(Metrics.class.getPackage().getImplementationVersion(), "development"),
            "vertx",
            vertxVersion(),
            "java",
            Runtime.version().toString());

    private static final int USUAL_BYTES = 64 * 1_024;

    private final Vertx vertx;
    private final List<String> channels;
    private final Supplier<Future<GatewayReadings>> readings;
    private final PrometheusRegistry process = new PrometheusRegistry();

    /**
     * @param channels the channels of the catalogue, the only values of that label
     * @param readings called once per scrape, on the scraping thread
     */
    public Metrics(Vertx vertx, Collection<String> channels, Supplier<Future<GatewayReadings>> readings) {
        this.vertx = vertx;
        this.channels = List.copyOf(channels);
        this.readings = readings;
        // All but the one that listens to the collector: it could not be told to stop where the gateway ends before
        // the process.
        ProcessMetrics.builder().register(process);
        JvmMemoryMetrics.builder().register(process);
        JvmBufferPoolMetrics.builder().register(process);
        JvmGarbageCollectorMetrics.builder().register(process);
        JvmThreadsMetrics.builder().register(process);
        JvmClassLoadingMetrics.builder().register(process);
        JvmRuntimeInfoMetric.builder().register(process);
    }

    /** The metrics as text. Fails if the readings fail, and takes as long as they take. */
    public Future<Buffer> scrape() {
        return read()
                // Counting open files takes longer the more there are, so it must not run on an event loop.
                .compose(read -> vertx.executeBlocking(() -> text(read), false));
    }

    /** The readings that a scrape would show now. */
    Future<GatewayReadings> read() {
        return Future.succeededFuture().compose(asked -> readings.get());
    }

    /** Where Vert.x keeps it, which stands in no manifest once all is in one jar. */
    private static String vertxVersion() {
        try (InputStream version = Vertx.class.getResourceAsStream("/META-INF/vertx/vertx-version.txt")) {
            return version == null ? "unknown" : new String(version.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException unreadable) {
            return "unknown";
        }
    }

    private Buffer text(GatewayReadings read) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream(USUAL_BYTES);
        PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
        writer.write(text, Exposition.of(new MetricSnapshotBuilder(read, channels)));
        writer.write(text, process.scrape());
        return Buffer.buffer(text.toByteArray());
    }

    /**
     * The counts of all parts of this gateway since its start, read at one scrape. A value missing in a map is zero;
     * channels that are not in the catalogue are not shown.
     *
     * @param hubs the counts of each hub, read on its own loop; they may be from slightly different moments
     * @param received events that this gateway heard itself, whoever logs them, by channel and source
     * @param rejected messages that this gateway heard itself and that are not events
     * @param requests the counts of the public port
     * @param redis the path from Redis to the streams
     * @param identity the questions to Hermes about credentials
     * @param loopLagSeconds how late event loops were of late, those of the public port aside
     * @param overloadedBy why new streams are turned away now; empty if they are not
     */
    public record GatewayReadings(
            List<HubCounters.Snapshot> hubs,
            Map<String, Map<Publisher.Counters.Source, Long>> received,
            Map<Parsed.Reason, Long> rejected,
            RequestCounts.Snapshot requests,
            LinkSupervisor.Health redis,
            IdentityEndpoint.Counts identity,
            Log log,
            double loopLagSeconds,
            Set<Overload.Cause> overloadedBy,
            State state) {

        public GatewayReadings {
            hubs = List.copyOf(hubs);
            received = Map.copyOf(received);
            rejected = Map.copyOf(rejected);
        }

        /**
         * The log, as of about a second ago.
         *
         * @param chain how gateways agree who appends; null for a log in this process
         */
        public record Log(EventLog.Held held, EventLog.Appends appends, MarkerChain.@Nullable State chain) {}

        /**
         * The state of the gateway as a whole.
         *
         * @param streamsLimit {@code HERMES_SSE_MAX_CONNECTIONS}, as configured
         * @param history the bounds of the log, as configured
         * @param certificateEnd in seconds since 1970; not a number without TLS
         */
        public record State(
                int streamsLimit,
                Settings.History history,
                boolean ready,
                boolean sseEnabled,
                boolean draining,
                long failedReloads,
                double certificateEnd) {}
    }
}
