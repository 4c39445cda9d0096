package dev.hermes.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.auth.IdentityEndpoint;
import dev.hermes.gateway.delivery.HubCounters;
import dev.hermes.gateway.delivery.HubCounters.Snapshot.Latency;
import dev.hermes.gateway.delivery.SseStream;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.http.Overload;
import dev.hermes.gateway.http.RequestCounts;
import dev.hermes.gateway.ingest.LinkSupervisor;
import dev.hermes.gateway.ingest.Publisher;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MetricsTest {

    private static final HubCounters.Snapshot.Clients IDLE = new HubCounters.Snapshot.Clients(0, 0, 0, 0, 0);
    private static final HubCounters.Snapshot.Kept NOTHING_KEPT = new HubCounters.Snapshot.Kept(0, 0);
    private static final int BUCKETS = HubCounters.Snapshot.LATENCY_BOUNDS_MILLIS.size() + 1;

    @Test
    void everyMetricIsThereFromTheStartWithItsSentence() throws Exception {
        try (Operator operator = Operator.reading(Operator.readings())) {
            Exposed exposed = operator.scrape();

            assertThat(Metric.values()).allSatisfy(metric -> {
                assertThat(exposed.help(metric.metricName())).isEqualTo(metric.help());
                assertThat(exposed.type(metric.metricName())).isNotNull();
            });
        }
    }

    @Test
    void namesAndTypesAreThePromisedOnes() throws Exception {
        try (Operator operator = Operator.reading(Operator.readings())) {
            Exposed exposed = operator.scrape();

            assertThat(exposed.families().stream()
                            .filter(family -> family.startsWith("hermes_"))
                            .sorted()
                            .map(family -> family + " " + exposed.type(family)))
                    .containsExactly(
                            "hermes_build_info gauge",
                            "hermes_credentials_failed_total counter",
                            "hermes_delivery_latency_seconds histogram",
                            "hermes_direct_memory_bytes gauge",
                            "hermes_direct_memory_limit_bytes gauge",
                            "hermes_draining gauge",
                            "hermes_event_loop_lag_seconds gauge",
                            "hermes_events_delivered_total counter",
                            "hermes_events_received_total counter",
                            "hermes_events_rejected_total counter",
                            "hermes_events_superseded_total counter",
                            "hermes_gaps_total counter",
                            "hermes_heartbeats_total counter",
                            "hermes_http_requests_total counter",
                            "hermes_identity_circuit_open gauge",
                            "hermes_identity_kept_answers_total counter",
                            "hermes_identity_questions_total counter",
                            "hermes_log_append_seconds summary",
                            "hermes_log_bytes gauge",
                            "hermes_log_bytes_limit gauge",
                            "hermes_log_entries gauge",
                            "hermes_log_entries_limit gauge",
                            "hermes_log_oldest_seconds gauge",
                            "hermes_overloaded gauge",
                            "hermes_polls_waiting gauge",
                            "hermes_rate_limited_total counter",
                            "hermes_ready gauge",
                            "hermes_redis_canary_seconds gauge",
                            "hermes_redis_down_seconds gauge",
                            "hermes_redis_reconnects_total counter",
                            "hermes_redis_up gauge",
                            "hermes_settings_reloads_failed_total counter",
                            "hermes_sse_enabled gauge",
                            "hermes_streams_catching_up gauge",
                            "hermes_streams_closed_total counter",
                            "hermes_streams_lag_entries gauge",
                            "hermes_streams_lag_seconds gauge",
                            "hermes_streams_limit gauge",
                            "hermes_streams_open gauge",
                            "hermes_streams_opened_total counter",
                            "hermes_streams_refused_total counter",
                            "hermes_streams_stalled gauge",
                            "hermes_tls_certificate_end_timestamp_seconds gauge",
                            "hermes_tokens_minted_total counter",
                            "hermes_tokens_revoked_total counter");
        }
    }

    @Test
    void everyValueOfEveryLabelIsThereFromTheStart() throws Exception {
        try (Operator operator = Operator.reading(Operator.readings())) {
            Exposed exposed = operator.scrape();

            assertThat(exposed.samples("hermes_streams_closed_total").keySet())
                    .containsExactlyInAnyOrderElementsOf(labelled(
                            "hermes_streams_closed_total",
                            "reason",
                            SseStream.CloseReason.values(),
                            SseStream.CloseReason::label));
            assertThat(exposed.samples("hermes_gaps_total").keySet())
                    .containsExactlyInAnyOrderElementsOf(
                            labelled("hermes_gaps_total", "reason", Gap.Reason.values(), Gap.Reason::label));
            assertThat(exposed.samples("hermes_events_rejected_total").keySet())
                    .containsExactlyInAnyOrderElementsOf(labelled(
                            "hermes_events_rejected_total", "reason", Parsed.Reason.values(), Parsed.Reason::label));
            assertThat(exposed.samples("hermes_events_delivered_total").keySet())
                    .containsExactlyInAnyOrder(
                            "hermes_events_delivered_total{channel=\"download:updates\"}",
                            "hermes_events_delivered_total{channel=\"queue:updates\"}");
            assertThat(exposed.samples("hermes_events_received_total").keySet())
                    .containsExactlyInAnyOrderElementsOf(Operator.CHANNELS.stream()
                            .flatMap(channel -> Stream.of("pubsub", "bus", "publish", "xadd")
                                    .map(source -> "hermes_events_received_total{channel=\"%s\",source=\"%s\"}"
                                            .formatted(channel, source)))
                            .toList());
        }
    }

    @Test
    void startsAtZero() throws Exception {
        try (Operator operator = Operator.reading(Operator.readings())) {
            Map<String, Double> samples = operator.scrape().samples("hermes_");

            assertThat(samples.remove("hermes_streams_limit")).isEqualTo(1_000);
            assertThat(samples.remove("hermes_log_entries_limit")).isEqualTo(500);
            assertThat(samples.remove("hermes_log_bytes_limit")).isEqualTo(64_000);
            samples.keySet().removeIf(name -> name.startsWith("hermes_direct_memory") || name.contains("_info{"));
            // Zero would be a claim about what nobody knows yet.
            assertThat(List.of(
                            "hermes_redis_canary_seconds",
                            "hermes_log_entries",
                            "hermes_log_bytes",
                            "hermes_log_oldest_seconds",
                            "hermes_tls_certificate_end_timestamp_seconds"))
                    .allSatisfy(name -> assertThat(samples.remove(name)).isNaN());
            assertThat(samples)
                    .isNotEmpty()
                    .allSatisfy((name, value) -> assertThat(value).as(name).isZero());
        }
    }

    @Test
    void addsUpWhatTheHubsCounted() throws Exception {
        HubCounters.Snapshot one = new HubCounters.Snapshot(
                new HubCounters.Snapshot.Clients(3, 10, 1, 2, 40),
                new HubCounters.Snapshot.Lag(1, 30, 2_500),
                new HubCounters.Snapshot.Events(
                        Map.of("download:updates", 100L, "queue:updates", 5L), Map.of("download:updates", 7L)),
                Map.of(SseStream.CloseReason.CLIENT_GONE, 6L, SseStream.CloseReason.SLOW_CONSUMER, 1L),
                Map.of(Gap.Reason.LOG_LOST, 2L),
                latency(0, 0),
                NOTHING_KEPT);
        HubCounters.Snapshot other = new HubCounters.Snapshot(
                new HubCounters.Snapshot.Clients(4, 20, 2, 5, 60),
                new HubCounters.Snapshot.Lag(2, 70, 1_000),
                new HubCounters.Snapshot.Events(Map.of("download:updates", 1L), Map.of("download:updates", 2L)),
                Map.of(SseStream.CloseReason.CLIENT_GONE, 16L),
                Map.of(Gap.Reason.LOG_LOST, 3L, Gap.Reason.HISTORY_EVICTED, 1L),
                latency(0, 0),
                NOTHING_KEPT);
        try (Operator operator = Operator.reading(Operator.readings(one, other))) {
            assertThat(operator.scrape().samples())
                    .containsEntry("hermes_streams_open", 7.0)
                    .containsEntry("hermes_streams_opened_total", 30.0)
                    .containsEntry("hermes_streams_catching_up", 3.0)
                    .containsEntry("hermes_polls_waiting", 7.0)
                    .containsEntry("hermes_heartbeats_total", 100.0)
                    .containsEntry("hermes_streams_stalled", 3.0)
                    .containsEntry("hermes_streams_lag_entries", 100.0)
                    .containsEntry("hermes_streams_lag_seconds", 2.5)
                    .containsEntry("hermes_events_delivered_total{channel=\"download:updates\"}", 101.0)
                    .containsEntry("hermes_events_delivered_total{channel=\"queue:updates\"}", 5.0)
                    .containsEntry("hermes_events_superseded_total{channel=\"download:updates\"}", 9.0)
                    .containsEntry("hermes_streams_closed_total{reason=\"client_gone\"}", 22.0)
                    .containsEntry("hermes_streams_closed_total{reason=\"slow_consumer\"}", 1.0)
                    .containsEntry("hermes_gaps_total{reason=\"log_lost\"}", 5.0)
                    .containsEntry("hermes_gaps_total{reason=\"history_evicted\"}", 1.0);
        }
    }

    @Test
    void showsWhatWasHeardAndHowRedisIs() throws Exception {
        Metrics.GatewayReadings readings = new Metrics.GatewayReadings(
                List.of(),
                Map.of(
                        "queue:updates",
                        Map.of(Publisher.Counters.Source.PUBSUB, 7L, Publisher.Counters.Source.XADD, 2L)),
                Map.of(Parsed.Reason.NOT_JSON, 4L),
                Operator.requests(6, new RequestCounts.Credentials(9, 8, 7, 5), 0.5),
                new LinkSupervisor.Health(true, 0.0125, 3.5, 4),
                new IdentityEndpoint.Counts(3, 2, 1, 9, true),
                new Metrics.GatewayReadings.Log(
                        new EventLog.Held(300, 20_000, 90.5, null, List.of()), new EventLog.Appends(12, 0.25), null),
                0.25,
                Set.of(Overload.Cause.HEAP),
                Operator.state(250, true, 1_800_000_000));
        try (Operator operator = Operator.reading(readings)) {
            assertThat(operator.scrape().samples())
                    .containsEntry("hermes_events_received_total{channel=\"queue:updates\",source=\"pubsub\"}", 7.0)
                    .containsEntry("hermes_events_received_total{channel=\"queue:updates\",source=\"xadd\"}", 2.0)
                    .containsEntry("hermes_events_rejected_total{reason=\"not_json\"}", 4.0)
                    .containsEntry("hermes_streams_refused_total{code=\"MAX_CONNECTIONS\"}", 6.0)
                    .containsEntry("hermes_streams_limit", 250.0)
                    .containsEntry("hermes_redis_up", 1.0)
                    .containsEntry("hermes_redis_canary_seconds", 0.0125)
                    .containsEntry("hermes_redis_down_seconds", 3.5)
                    .containsEntry("hermes_redis_reconnects_total", 4.0)
                    .containsEntry("hermes_http_requests_total{route=\"/poll\",status=\"2xx\"}", 6.0)
                    .containsEntry("hermes_credentials_failed_total", 9.0)
                    .containsEntry("hermes_rate_limited_total", 8.0)
                    .containsEntry("hermes_tokens_minted_total", 7.0)
                    .containsEntry("hermes_tokens_revoked_total", 5.0)
                    .containsEntry("hermes_log_entries", 300.0)
                    .containsEntry("hermes_log_bytes", 20_000.0)
                    .containsEntry("hermes_log_oldest_seconds", 90.5)
                    .containsEntry("hermes_log_append_seconds_count", 12.0)
                    .containsEntry("hermes_log_append_seconds_sum", 0.25)
                    .containsEntry("hermes_event_loop_lag_seconds", 0.5)
                    .containsEntry("hermes_ready", 1.0)
                    .containsEntry("hermes_sse_enabled", 1.0)
                    .containsEntry("hermes_draining", 1.0)
                    .containsEntry("hermes_overloaded{cause=\"heap\"}", 1.0)
                    .containsEntry("hermes_overloaded{cause=\"loop_lag\"}", 0.0)
                    .containsEntry("hermes_overloaded{cause=\"descriptors\"}", 0.0)
                    .containsEntry("hermes_settings_reloads_failed_total", 1.0)
                    .containsEntry("hermes_tls_certificate_end_timestamp_seconds", 1_800_000_000.0)
                    .containsEntry("hermes_identity_questions_total{outcome=\"accepted\"}", 3.0)
                    .containsEntry("hermes_identity_questions_total{outcome=\"denied\"}", 2.0)
                    .containsEntry("hermes_identity_questions_total{outcome=\"unanswered\"}", 1.0)
                    .containsEntry("hermes_identity_kept_answers_total", 9.0)
                    .containsEntry("hermes_identity_circuit_open", 1.0);
        }
    }

    @Test
    void latencyBucketsAreSecondsAndAddUpOverHubs() throws Exception {
        try (Operator operator = Operator.reading(Operator.readings(hub(latency(0.5, 1, 2)), hub(latency(7, 1))))) {
            Map<String, Double> samples = operator.scrape().samples("hermes_delivery_latency_seconds");

            assertThat(samples)
                    .containsEntry("hermes_delivery_latency_seconds_bucket{le=\"2.5E-4\"}", 2.0)
                    .containsEntry("hermes_delivery_latency_seconds_bucket{le=\"5.0E-4\"}", 4.0)
                    .containsEntry("hermes_delivery_latency_seconds_bucket{le=\"5.0\"}", 4.0)
                    .containsEntry("hermes_delivery_latency_seconds_bucket{le=\"+Inf\"}", 4.0)
                    .containsEntry("hermes_delivery_latency_seconds_count", 4.0)
                    .containsEntry("hermes_delivery_latency_seconds_sum", 7.5)
                    .hasSize(BUCKETS + 2);
        }
    }

    @Test
    void whatIsSlowerThanEveryBoundCountsToo() throws Exception {
        long[] slow = new long[BUCKETS];
        slow[BUCKETS - 1] = 9;
        try (Operator operator = Operator.reading(Operator.readings(hub(latency(60, slow))))) {
            assertThat(operator.scrape().samples())
                    .containsEntry("hermes_delivery_latency_seconds_bucket{le=\"5.0\"}", 0.0)
                    .containsEntry("hermes_delivery_latency_seconds_bucket{le=\"+Inf\"}", 9.0)
                    .containsEntry("hermes_delivery_latency_seconds_count", 9.0);
        }
    }

    /** Else whoever may publish could fill the heap of the gateway and of Prometheus. */
    @Test
    void channelsBeyondTheCatalogueMakeNoLabels() throws Exception {
        HubCounters.Snapshot hub = new HubCounters.Snapshot(
                IDLE,
                HubCounters.Snapshot.Lag.NONE,
                new HubCounters.Snapshot.Events(Map.of("forged\"}\n", 1L), Map.of()),
                Map.of(),
                Map.of(),
                latency(0, 0),
                NOTHING_KEPT);
        Metrics.GatewayReadings readings = new Metrics.GatewayReadings(
                List.of(hub),
                Map.of("forged", Map.of(Publisher.Counters.Source.BUS, 1L)),
                Map.of(),
                RequestCounts.Snapshot.NONE,
                new LinkSupervisor.Health(true, Double.NaN, 0, 0),
                IdentityEndpoint.Counts.NONE,
                new Metrics.GatewayReadings.Log(EventLog.Held.UNKNOWN, EventLog.Appends.NONE, null),
                0,
                Set.of(),
                Operator.state(1, true, Double.NaN));
        try (Operator operator = Operator.reading(readings)) {
            assertThat(operator.scrape().samples().keySet()).noneMatch(name -> name.contains("forged"));
        }
    }

    @Test
    void asksAnewAtEachScrape() throws Exception {
        AtomicInteger scrapes = new AtomicInteger();
        try (Operator operator = Operator.of(
                ManagementServer.Readiness::ready,
                () -> Future.succeededFuture(Operator.readings(hub(latency(scrapes.incrementAndGet(), 1)))),
                Duration.ofSeconds(5))) {
            assertThat(operator.scrape().samples()).containsEntry("hermes_delivery_latency_seconds_sum", 1.0);
            assertThat(operator.scrape().samples()).containsEntry("hermes_delivery_latency_seconds_sum", 2.0);
        }
    }

    private static <E> List<String> labelled(String name, String label, E[] values, Function<E, String> text) {
        return Arrays.stream(values)
                .map(value -> name + "{" + label + "=\"" + text.apply(value) + "\"}")
                .toList();
    }

    private static HubCounters.Snapshot hub(Latency latency) {
        return new HubCounters.Snapshot(
                IDLE,
                HubCounters.Snapshot.Lag.NONE,
                new HubCounters.Snapshot.Events(Map.of(), Map.of()),
                Map.of(),
                Map.of(),
                latency,
                NOTHING_KEPT);
    }

    /** The first buckets as given, the others empty. */
    private static Latency latency(double sumSeconds, long... first) {
        List<Long> buckets = new ArrayList<>(Collections.nCopies(BUCKETS, 0L));
        for (int i = 0; i < first.length; i++) {
            buckets.set(i, first[i]);
        }
        return new Latency(buckets, sumSeconds);
    }
}
