package dev.hermes.gateway.ops;

import dev.hermes.gateway.auth.IdentityEndpoint;
import dev.hermes.gateway.delivery.HubCounters;
import dev.hermes.gateway.delivery.SseStream;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.http.Overload;
import dev.hermes.gateway.ingest.Publisher;
import dev.hermes.gateway.log.Gap;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Labels;
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
        readings.requests().refused().forEach((code, count) -> totals.put(Labels.of("code", code), count));
        return totals;
    }

    Map<Labels, Long> overloaded() {
        Map<Labels, Long> numbers = new LinkedHashMap<>();
        for (Overload.Cause cause : Overload.Cause.values()) {
            boolean now = readings.overloadedBy().contains(cause);
            numbers.put(Labels.of("cause", cause.label()), now ? 1L : 0L);
        }
        return numbers;
    }

    Map<Labels, Long> answers() {
        Map<Labels, Long> totals = new LinkedHashMap<>();
        readings.requests()
                .answers()
                .forEach((route, counts) -> counts.forEach(
                        (status, count) -> totals.put(Labels.of("route", route, "status", status), count)));
        return totals;
    }

    long overClients(ToLongFunction<HubCounters.Snapshot.Clients> number) {
        return overHubs(hub -> number.applyAsLong(hub.clients()));
    }

    double greatestLagSeconds() {
        return readings.hubs().stream()
                        .mapToLong(hub -> hub.lag().greatestMillis())
                        .max()
                        .orElse(0)
                / 1e3;
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
}
