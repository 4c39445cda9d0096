package dev.hermes.gateway.ops;

import dev.hermes.gateway.auth.IdentityEndpoint;
import dev.hermes.gateway.delivery.HubCounters;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.ingest.IngestCounters;
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
 * Everything that is measured, as text for Prometheus: the gateway's own numbers, asked for at each scrape, and those of
 * the JVM and the process. Any thread may scrape.
 */
public final class Metrics implements AutoCloseable {

    /** Of what {@link #scrape} gives. */
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Vertx vertx;
    private final List<String> channels;
    private final Supplier<Future<GatewayReadings>> readings;
    private final PrometheusMeterRegistry process = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

    /** Of the scrape that asked last: two at once may show the same. Written and read by the threads that scrape. */
    private volatile @Nullable GatewayReadings latest;

    /**
     * @param channels the catalogue's: the only values of that label
     * @param readings called once a scrape, on the scraping thread
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

    /** Fails if the readings do; waits as long as they take. */
    public Future<Buffer> scrape() {
        return Future.succeededFuture()
                .compose(asked -> readings.get())
                // Counting the open files takes the longer the more there are: not on an event loop.
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
     * What the rooms of this gateway had counted when somebody asked, since the start. What a map leaves out is zero; what
     * it has beyond the catalogue's channels is not shown.
     *
     * @param hubs one of each hub, read on the hub's own loop; they may be of slightly different moments
     * @param received events heard by this gateway itself, whoever logs them, by channel and door
     * @param rejected messages heard by this gateway that are no events
     * @param streamsLimit {@code HERMES_SSE_MAX_CONNECTIONS}, as configured
     * @param redisUp whether what is published through Redis comes back
     * @param canarySeconds how long the last canary was under way, zero before the first
     * @param identity what Hermes was asked about credentials
     */
    public record GatewayReadings(
            List<HubCounters.Snapshot> hubs,
            Map<String, Map<IngestCounters.Source, Long>> received,
            Map<Parsed.Reason, Long> rejected,
            int streamsLimit,
            boolean redisUp,
            double canarySeconds,
            IdentityEndpoint.Counts identity) {

        public GatewayReadings {
            hubs = List.copyOf(hubs);
            received = Map.copyOf(received);
            rejected = Map.copyOf(rejected);
        }
    }
}
