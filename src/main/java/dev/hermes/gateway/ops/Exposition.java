package dev.hermes.gateway.ops;

import dev.hermes.gateway.delivery.HubCounters;
import dev.hermes.gateway.log.EventLog;
import io.netty.util.internal.PlatformDependent;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.Map;

/** Gives each {@link Metric} its type and its values. */
final class Exposition {

    /** The library appends this suffix to a counter's name itself. */
    private static final String COUNTER_SUFFIX = "_total";

    private final MetricSnapshotBuilder totals;

    private Exposition(MetricSnapshotBuilder totals) {
        this.totals = totals;
    }

    static MetricSnapshots of(MetricSnapshotBuilder totals) {
        Exposition exposition = new Exposition(totals);
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        for (Metric metric : Metric.values()) {
            all.metricSnapshot(exposition.snapshot(metric));
        }
        return all.build();
    }

    private MetricSnapshot snapshot(Metric metric) {
        Metrics.GatewayReadings read = totals.readings();
        Metrics.GatewayReadings.State state = read.state();
        return switch (metric) {
            case STREAMS_OPEN -> gauge(metric, totals.overClients(HubCounters.Snapshot.Clients::open));
            case STREAMS_LIMIT -> gauge(metric, state.streamsLimit());
            case STREAMS_OPENED -> counter(metric, totals.overClients(HubCounters.Snapshot.Clients::opened));
            case STREAMS_CLOSED -> counter(metric, totals.closed());
            case STREAMS_REFUSED -> counter(metric, totals.refused());
            case STREAMS_CATCHING_UP -> gauge(metric, totals.overClients(HubCounters.Snapshot.Clients::catchingUp));
            case STREAMS_STALLED ->
                gauge(metric, totals.overHubs(hub -> hub.lag().stalled()));
            case STREAMS_LAG_ENTRIES ->
                gauge(metric, totals.overHubs(hub -> hub.lag().entries()));
            case STREAMS_LAG_SECONDS -> gauge(metric, totals.greatestLagSeconds());
            case POLLS_WAITING -> gauge(metric, totals.overClients(HubCounters.Snapshot.Clients::polls));
            case HEARTBEATS -> counter(metric, totals.overClients(HubCounters.Snapshot.Clients::heartbeats));
            case EVENTS_RECEIVED -> counter(metric, totals.received());
            case EVENTS_DELIVERED -> counter(metric, totals.delivered());
            case EVENTS_SUPERSEDED -> counter(metric, totals.superseded());
            case EVENTS_REJECTED -> counter(metric, totals.rejected());
            case GAPS -> counter(metric, totals.gaps());
            case DELIVERY_LATENCY -> latency(metric);
            case HTTP_REQUESTS -> counter(metric, totals.answers());
            case CREDENTIALS_FAILED ->
                counter(metric, read.requests().credentials().failed());
            case RATE_LIMITED -> counter(metric, read.requests().credentials().rateLimited());
            case TOKENS_MINTED -> counter(metric, read.requests().credentials().minted());
            case TOKENS_REVOKED -> counter(metric, read.requests().credentials().revoked());
            case LOG_ENTRIES -> gauge(metric, read.log().held().entries());
            case LOG_BYTES -> gauge(metric, read.log().held().bytes());
            case LOG_OLDEST -> gauge(metric, read.log().held().oldestSeconds());
            case LOG_ENTRIES_LIMIT -> gauge(metric, state.history().maxEvents());
            case LOG_BYTES_LIMIT -> gauge(metric, state.history().maxBytes());
            case LOG_APPEND -> appends(metric, read.log().appends());
            case REDIS_UP -> gauge(metric, read.redis().flowing());
            case REDIS_CANARY -> gauge(metric, read.redis().canarySeconds());
            case REDIS_DOWN -> gauge(metric, read.redis().downSeconds());
            case REDIS_RECONNECTS -> counter(metric, read.redis().reconnects());
            case READY -> gauge(metric, state.ready());
            case SSE_ENABLED -> gauge(metric, state.sseEnabled());
            case DRAINING -> gauge(metric, state.draining());
            case OVERLOADED -> gauge(metric, totals.overloaded());
            case RELOADS_FAILED -> counter(metric, state.failedReloads());
            case CERTIFICATE_END -> gauge(metric, state.certificateEnd());
            case LOOP_LAG ->
                gauge(metric, Math.max(read.loopLagSeconds(), read.requests().loopLagSeconds()));
            case DIRECT_MEMORY -> gauge(metric, known(PlatformDependent.usedDirectMemory()));
            case DIRECT_MEMORY_LIMIT -> gauge(metric, known(PlatformDependent.maxDirectMemory()));
            case BUILD_INFO -> info(metric, Metrics.VERSIONS);
            case IDENTITY_QUESTIONS -> counter(metric, totals.identityQuestions());
            case IDENTITY_KEPT -> counter(metric, read.identity().kept());
            case IDENTITY_CIRCUIT_OPEN -> gauge(metric, read.identity().open());
        };
    }

    /** Netty says -1 where it does not count. */
    private static double known(long number) {
        return number < 0 ? Double.NaN : (double) number;
    }

    private static MetricSnapshot gauge(Metric metric, boolean value) {
        return gauge(metric, value ? 1L : 0L);
    }

    private static MetricSnapshot info(Metric metric, Labels labels) {
        return GaugeSnapshot.builder()
                .name(metric.metricName())
                .help(metric.help())
                .dataPoint(
                        GaugeDataPointSnapshot.builder().labels(labels).value(1).build())
                .build();
    }

    private static MetricSnapshot counter(Metric metric, long value) {
        return counter(metric, Map.of(Labels.EMPTY, value));
    }

    private static MetricSnapshot appends(Metric metric, EventLog.Appends appends) {
        return SummarySnapshot.builder()
                .name(metric.metricName())
                .help(metric.help())
                .dataPoint(SummaryDataPointSnapshot.builder()
                        .count(appends.calls())
                        .sum(appends.seconds())
                        .build())
                .build();
    }

    private static MetricSnapshot gauge(Metric metric, Map<Labels, Long> values) {
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder().name(metric.metricName()).help(metric.help());
        values.forEach((labels, value) -> gauge.dataPoint(
                GaugeDataPointSnapshot.builder().labels(labels).value(value).build()));
        return gauge.build();
    }

    private static MetricSnapshot gauge(Metric metric, long value) {
        return gauge(metric, (double) value);
    }

    private static MetricSnapshot gauge(Metric metric, double value) {
        return GaugeSnapshot.builder()
                .name(metric.metricName())
                .help(metric.help())
                .dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
                .build();
    }

    private static MetricSnapshot counter(Metric metric, Map<Labels, Long> values) {
        String name = metric.metricName();
        CounterSnapshot.Builder counter = CounterSnapshot.builder()
                .name(name.substring(0, name.length() - COUNTER_SUFFIX.length()))
                .help(metric.help());
        values.forEach((labels, value) -> counter.dataPoint(
                CounterDataPointSnapshot.builder().labels(labels).value(value).build()));
        return counter.build();
    }

    private MetricSnapshot latency(Metric metric) {
        return HistogramSnapshot.builder()
                .name(metric.metricName())
                .help(metric.help())
                .dataPoint(HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(totals.latencyBuckets())
                        .sum(totals.latencySumSeconds())
                        .build())
                .build();
    }
}
