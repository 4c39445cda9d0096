package dev.hermes.gateway.ops;

import dev.hermes.gateway.auth.IdentityEndpoint;
import dev.hermes.gateway.delivery.HubCounters;
import dev.hermes.gateway.delivery.SseStream;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.ingest.Publisher;
import dev.hermes.gateway.log.Gap;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Sums the readings of all hubs, with a number for each known value of every label and for no other, so that no label
 * grows with what clients or producers send.
 */
final class MetricSnapshotBuilder {

    private final Metrics.GatewayReadings readings;
    private final Collection<String> channels;

    MetricSnapshotBuilder(Metrics.GatewayReadings readings, Collection<String> channels) {
        this.readings = readings;
        this.channels = channels;
    }

    Metrics.GatewayReadings readings() {
        return readings;
    }

    long overHubs(ToLongFunction<HubCounters.Snapshot> number) {
        return readings.hubs().stream().mapToLong(number).sum();
    }

    Map<Labels, Long> closed() {
        return overHubs(
                "reason",
                List.of(SseStream.CloseReason.values()),
                SseStream.CloseReason::label,
                HubCounters.Snapshot::closed);
    }

    Map<Labels, Long> gaps() {
        return overHubs("reason", List.of(Gap.Reason.values()), Gap.Reason::label, HubCounters.Snapshot::gaps);
    }

    Map<Labels, Long> delivered() {
        return overHubs(
                "channel", channels, channel -> channel, hub -> hub.events().delivered());
    }

    Map<Labels, Long> superseded() {
        return overHubs(
                "channel", channels, channel -> channel, hub -> hub.events().superseded());
    }

    Map<Labels, Long> rejected() {
        Map<Labels, Long> numbers = new LinkedHashMap<>();
        for (Parsed.Reason reason : Parsed.Reason.values()) {
            numbers.put(Labels.of("reason", reason.label()), readings.rejected().getOrDefault(reason, 0L));
        }
        return numbers;
    }

    Map<Labels, Long> received() {
        Map<Labels, Long> numbers = new LinkedHashMap<>();
        for (String channel : channels) {
            Map<Publisher.Counters.Source, Long> bySource = readings.received().getOrDefault(channel, Map.of());
            for (Publisher.Counters.Source source : Publisher.Counters.Source.values()) {
                numbers.put(Labels.of("channel", channel, "source", source.label()), bySource.getOrDefault(source, 0L));
            }
        }
        return numbers;
    }

    Map<Labels, Long> identityQuestions() {
        IdentityEndpoint.Counts counts = readings.identity();
        return Map.of(
                Labels.of("outcome", "accepted"),
                counts.accepted(),
                Labels.of("outcome", "denied"),
                counts.denied(),
                Labels.of("outcome", "unanswered"),
                counts.unanswered());
    }

    Map<Labels, Long> refused() {
        Map<Labels, Long> totals = new LinkedHashMap<>();
        readings.refused().forEach((code, count) -> totals.put(Labels.of("code", code), count));
        return totals;
    }

    double latencySumSeconds() {
        return readings.hubs().stream()
                .mapToDouble(hub -> hub.latency().sumSeconds())
                .sum();
    }

    /** Not cumulative; the Prometheus writer makes them so. */
    ClassicHistogramBuckets latencyBuckets() {
        List<Double> bounds = HubCounters.Snapshot.LATENCY_BOUNDS_MILLIS;
        double[] boundsSeconds = new double[bounds.size() + 1];
        Arrays.setAll(boundsSeconds, i -> i < bounds.size() ? bounds.get(i) / 1_000 : Double.POSITIVE_INFINITY);
        long[] counts = new long[boundsSeconds.length];
        Arrays.setAll(counts, i -> overHubs(hub -> hub.latency().buckets().get(i)));
        return ClassicHistogramBuckets.of(boundsSeconds, counts);
    }

    private <K> Map<Labels, Long> overHubs(
            String label,
            Collection<K> values,
            Function<K, String> text,
            Function<HubCounters.Snapshot, Map<K, Long>> numbers) {
        Map<Labels, Long> totals = new LinkedHashMap<>();
        for (K value : values) {
            totals.put(
                    Labels.of(label, text.apply(value)),
                    overHubs(hub -> numbers.apply(hub).getOrDefault(value, 0L)));
        }
        return totals;
    }

    /** Gives each {@link Metric} its type and its values. */
    static final class Exposition {

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
            return switch (metric) {
                case STREAMS_OPEN -> gauge(metric, totals.overHubs(HubCounters.Snapshot::open));
                case STREAMS_LIMIT -> gauge(metric, totals.readings().streamsLimit());
                case STREAMS_OPENED ->
                    counter(metric, Map.of(Labels.EMPTY, totals.overHubs(HubCounters.Snapshot::opened)));
                case STREAMS_CLOSED -> counter(metric, totals.closed());
                case STREAMS_REFUSED -> counter(metric, totals.refused());
                case STREAMS_CATCHING_UP -> gauge(metric, totals.overHubs(HubCounters.Snapshot::catchingUp));
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
            values.forEach((labels, value) -> counter.dataPoint(CounterDataPointSnapshot.builder()
                    .labels(labels)
                    .value(value)
                    .build()));
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
}
