package dev.hermes.gateway.ops;

import dev.hermes.gateway.auth.IdentityEndpoint;
import dev.hermes.gateway.delivery.HubCounters;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.ingest.Publisher;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All metrics as text for Prometheus: the gateway's own, which are read at each scrape, and those of the JVM and the
 * process. Any thread may scrape.
 */
public final class Metrics implements AutoCloseable {

    /** The content type of the text that {@link #scrape} returns. */
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Vertx vertx;
    private final List<String> channels;
    private final Supplier<Future<GatewayReadings>> readings;
    private final PrometheusMeterRegistry process = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

    /**
     * The readings of the latest scrape; two scrapes at the same time may show the same. Written and read by the
     * scraping threads.
     */
    private volatile @Nullable GatewayReadings latest;

    /**
     * @param channels the channels of the catalogue, the only values of that label
     * @param readings called once per scrape, on the scraping thread
     */
    public Metrics(Vertx vertx, Collection<String> channels, Supplier<Future<GatewayReadings>> readings) {
        this.vertx = vertx;
        this.channels = List.copyOf(channels);
        this.readings = readings;
        process.getPrometheusRegistry().register((MultiCollector) this::own);
        garbageCollection.bindTo(process);
        List.of(
                        new JvmMemoryMetrics(),
                        new JvmThreadMetrics(),
                        new JvmInfoMetrics(),
                        new ClassLoaderMetrics(),
                        new UptimeMetrics(),
                        new ProcessorMetrics(),
                        new FileDescriptorMetrics())
                .forEach(binder -> binder.bindTo(process));
    }

    /** The metrics as text. Fails if the readings fail, and takes as long as they take. */
    public Future<Buffer> scrape() {
        return Future.succeededFuture()
                .compose(asked -> readings.get())
                // Counting open files takes longer the more there are, so it must not run on an event loop.
                .compose(read -> vertx.executeBlocking(() -> text(read), false));
    }

    /** Stops listening to the garbage collector. */
    @Override
    public void close() {
        garbageCollection.close();
        process.close();
    }

    private Buffer text(GatewayReadings read) {
        latest = read;
        return Buffer.buffer(process.scrape(CONTENT_TYPE));
    }

    private MetricSnapshots own() {
        GatewayReadings read = latest;
        return read == null
                ? MetricSnapshots.of()
                : MetricSnapshotBuilder.Exposition.of(new MetricSnapshotBuilder(read, channels));
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
