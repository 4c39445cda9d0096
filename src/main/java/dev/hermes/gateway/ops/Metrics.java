package dev.hermes.gateway.ops;

import dev.hermes.gateway.auth.IdentityEndpoint;
import dev.hermes.gateway.delivery.HubCounters;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.ingest.Publisher;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmClassLoadingMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmRuntimeInfoMetric;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * All metrics as text for Prometheus: the gateway's own, which are read at each scrape, and those of the JVM and the
 * process. Any thread may scrape.
 */
public final class Metrics {

    /** The content type of the text that {@link #scrape} returns. */
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

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
        return Future.succeededFuture()
                .compose(asked -> readings.get())
                // Counting open files takes longer the more there are, so it must not run on an event loop.
                .compose(read -> vertx.executeBlocking(() -> text(read), false));
    }

    private Buffer text(GatewayReadings read) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream(USUAL_BYTES);
        PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
        writer.write(text, MetricSnapshotBuilder.Exposition.of(new MetricSnapshotBuilder(read, channels)));
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
     * @param refused streams not opened, by the code of the answer
     * @param streamsLimit {@code HERMES_SSE_MAX_CONNECTIONS}, as configured
     * @param redisUp whether messages published through Redis come back
     * @param canarySeconds the round trip of the last canary; not a number while none comes back
     * @param identity the questions to Hermes about credentials
     */
    public record GatewayReadings(
            List<HubCounters.Snapshot> hubs,
            Map<String, Map<Publisher.Counters.Source, Long>> received,
            Map<Parsed.Reason, Long> rejected,
            Map<String, Long> refused,
            int streamsLimit,
            boolean redisUp,
            double canarySeconds,
            IdentityEndpoint.Counts identity) {

        public GatewayReadings {
            hubs = List.copyOf(hubs);
            received = Map.copyOf(received);
            rejected = Map.copyOf(rejected);
            refused = Map.copyOf(refused);
        }
    }
}
