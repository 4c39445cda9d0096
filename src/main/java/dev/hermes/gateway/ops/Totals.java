package dev.hermes.gateway.ops;

import dev.hermes.gateway.auth.IdentityEndpoint;
import dev.hermes.gateway.delivery.CloseReason;
import dev.hermes.gateway.delivery.HubSnapshot;
import dev.hermes.gateway.event.Rejection;
import dev.hermes.gateway.ingest.Source;
import dev.hermes.gateway.log.GapReason;
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
 * The readings of all hubs as one, with a number for every value of every label and for no other: so no label grows with
 * what clients or producers send.
 */
final class Totals {

    private final GatewayReadings readings;
    private final Collection<String> channels;

    Totals(GatewayReadings readings, Collection<String> channels) {
        this.readings = readings;
        this.channels = channels;
    }

    GatewayReadings readings() {
        return readings;
    }

    long overHubs(ToLongFunction<HubSnapshot> number) {
        return readings.hubs().stream().mapToLong(number).sum();
    }

    Map<Labels, Long> closed() {
        return overHubs("reason", List.of(CloseReason.values()), CloseReason::label, HubSnapshot::closed);
    }

    Map<Labels, Long> gaps() {
        return overHubs("reason", List.of(GapReason.values()), GapReason::label, HubSnapshot::gaps);
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
        for (Rejection reason : Rejection.values()) {
            numbers.put(Labels.of("reason", reason.label()), readings.rejected().getOrDefault(reason, 0L));
        }
        return numbers;
    }

    Map<Labels, Long> received() {
        Map<Labels, Long> numbers = new LinkedHashMap<>();
        for (String channel : channels) {
            Map<Source, Long> bySource = readings.received().getOrDefault(channel, Map.of());
            for (Source source : Source.values()) {
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

    double latencySumSeconds() {
        return readings.hubs().stream()
                .mapToDouble(hub -> hub.latency().sumSeconds())
                .sum();
    }

    /** Not cumulative; the writer makes them so. */
    ClassicHistogramBuckets latencyBuckets() {
        List<Double> bounds = HubSnapshot.LATENCY_BOUNDS_MILLIS;
        double[] boundsSeconds = new double[bounds.size() + 1];
        Arrays.setAll(boundsSeconds, i -> i < bounds.size() ? bounds.get(i) / 1_000 : Double.POSITIVE_INFINITY);
        long[] counts = new long[boundsSeconds.length];
        Arrays.setAll(counts, i -> overHubs(hub -> hub.latency().buckets().get(i)));
        return ClassicHistogramBuckets.of(boundsSeconds, counts);
    }

    private <K> Map<Labels, Long> overHubs(
            String label, Collection<K> values, Function<K, String> text, Function<HubSnapshot, Map<K, Long>> numbers) {
        Map<Labels, Long> totals = new LinkedHashMap<>();
        for (K value : values) {
            totals.put(
                    Labels.of(label, text.apply(value)),
                    overHubs(hub -> numbers.apply(hub).getOrDefault(value, 0L)));
        }
        return totals;
    }
}
