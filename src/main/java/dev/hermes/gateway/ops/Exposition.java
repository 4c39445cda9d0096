package dev.hermes.gateway.ops;

import dev.hermes.gateway.delivery.HubSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;

/** Gives each {@link Metric} its kind and its numbers. */
final class Exposition {

    /** The library appends it to a counter's name by itself. */
    private static final String COUNTER_SUFFIX = "_total";

    private final Totals totals;

    private Exposition(Totals totals) {
        this.totals = totals;
    }

    static MetricSnapshots of(Totals totals) {
        Exposition exposition = new Exposition(totals);
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        for (Metric metric : Metric.values()) {
            all.metricSnapshot(exposition.snapshot(metric));
        }
        return all.build();
    }

    private MetricSnapshot snapshot(Metric metric) {
        return switch (metric) {
            case STREAMS_OPEN -> gauge(metric, totals.overHubs(HubSnapshot::open));
            case STREAMS_LIMIT -> gauge(metric, totals.readings().streamsLimit());
            case STREAMS_OPENED -> counter(metric, Map.of(Labels.EMPTY, totals.overHubs(HubSnapshot::opened)));
            case STREAMS_CLOSED -> counter(metric, totals.closed());
            case STREAMS_CATCHING_UP -> gauge(metric, totals.overHubs(HubSnapshot::catchingUp));
            case EVENTS_RECEIVED -> counter(metric, totals.received());
            case EVENTS_DELIVERED -> counter(metric, totals.delivered());
            case EVENTS_SUPERSEDED -> counter(metric, totals.superseded());
            case EVENTS_REJECTED -> counter(metric, totals.rejected());
            case GAPS -> counter(metric, totals.gaps());
            case DELIVERY_LATENCY -> latency(metric);
            case REDIS_UP -> gauge(metric, totals.readings().redisUp() ? 1 : 0);
            case REDIS_CANARY -> gauge(metric, totals.readings().canarySeconds());
            case IDENTITY_QUESTIONS -> counter(metric, totals.identityQuestions());
            case IDENTITY_KEPT ->
                counter(
                        metric,
                        Map.of(Labels.EMPTY, totals.readings().identity().kept()));
            case IDENTITY_CIRCUIT_OPEN ->
                gauge(metric, totals.readings().identity().open() ? 1 : 0);
        };
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
