package dev.hermes.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.auth.IdentityEndpoint;
import dev.hermes.gateway.delivery.HubCounters;
import dev.hermes.gateway.delivery.HubCounters.Snapshot.Latency;
import dev.hermes.gateway.delivery.SseStream;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.fixture.OutsideProcess;
import dev.hermes.gateway.ingest.Publisher;
import dev.hermes.gateway.log.Gap;
import io.vertx.core.Future;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MetricsTest {

    private static final String PROMTOOL = "/usr/bin/promtool";

    private static final int BUCKETS = HubCounters.Snapshot.LATENCY_BOUNDS_MILLIS.size() + 1;

    @Test
    void isPrometheusTextThatNamesItsVersion() throws Exception {
        try (Operator operator = Operator.reading(Operator.readings())) {
            assertThat(operator.ask("GET", "/metrics").headers().firstValue("Content-Type"))
                    .hasValue("text/plain; version=0.0.4; charset=utf-8");
        }
    }

    @Test
    void isTextWhateverElseTheScraperWouldTake() throws Exception {
        try (Operator operator = Operator.reading(Operator.readings())) {
            String body = operator.ask("GET", "/metrics", "Accept", "application/openmetrics-text;version=1.0.0")
                    .body();

            assertThat(new Exposed(body).families()).contains("hermes_streams_open");
        }
    }

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
                            "hermes_delivery_latency_seconds histogram",
                            "hermes_events_delivered_total counter",
                            "hermes_events_received_total counter",
                            "hermes_events_rejected_total counter",
                            "hermes_events_superseded_total counter",
                            "hermes_gaps_total counter",
                            "hermes_identity_circuit_open gauge",
                            "hermes_identity_kept_answers_total counter",
                            "hermes_identity_questions_total counter",
                            "hermes_redis_canary_seconds gauge",
                            "hermes_redis_up gauge",
                            "hermes_streams_catching_up gauge",
                            "hermes_streams_closed_total counter",
                            "hermes_streams_limit gauge",
                            "hermes_streams_open gauge",
                            "hermes_streams_opened_total counter",
                            "hermes_streams_refused_total counter");
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
            assertThat(samples)
                    .isNotEmpty()
                    .allSatisfy((name, value) -> assertThat(value).as(name).isZero());
        }
    }

    @Test
    void addsUpWhatTheHubsCounted() throws Exception {
        HubCounters.Snapshot one = new HubCounters.Snapshot(
                3,
                10,
                1,
                new HubCounters.Snapshot.Events(
                        Map.of("download:updates", 100L, "queue:updates", 5L), Map.of("download:updates", 7L)),
                Map.of(SseStream.CloseReason.CLIENT_GONE, 6L, SseStream.CloseReason.SLOW_CONSUMER, 1L),
                Map.of(Gap.Reason.LOG_LOST, 2L),
                latency(0, 0));
        HubCounters.Snapshot other = new HubCounters.Snapshot(
                4,
                20,
                2,
                new HubCounters.Snapshot.Events(Map.of("download:updates", 1L), Map.of("download:updates", 2L)),
                Map.of(SseStream.CloseReason.CLIENT_GONE, 16L),
                Map.of(Gap.Reason.LOG_LOST, 3L, Gap.Reason.HISTORY_EVICTED, 1L),
                latency(0, 0));
        try (Operator operator = Operator.reading(Operator.readings(one, other))) {
            assertThat(operator.scrape().samples())
                    .containsEntry("hermes_streams_open", 7.0)
                    .containsEntry("hermes_streams_opened_total", 30.0)
                    .containsEntry("hermes_streams_catching_up", 3.0)
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
                Map.of("MAX_CONNECTIONS", 6L),
                250,
                true,
                0.0125,
                new IdentityEndpoint.Counts(3, 2, 1, 9, true));
        try (Operator operator = Operator.reading(readings)) {
            assertThat(operator.scrape().samples())
                    .containsEntry("hermes_events_received_total{channel=\"queue:updates\",source=\"pubsub\"}", 7.0)
                    .containsEntry("hermes_events_received_total{channel=\"queue:updates\",source=\"xadd\"}", 2.0)
                    .containsEntry("hermes_events_rejected_total{reason=\"not_json\"}", 4.0)
                    .containsEntry("hermes_streams_refused_total{code=\"MAX_CONNECTIONS\"}", 6.0)
                    .containsEntry("hermes_streams_limit", 250.0)
                    .containsEntry("hermes_redis_up", 1.0)
                    .containsEntry("hermes_redis_canary_seconds", 0.0125)
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
                0,
                0,
                0,
                new HubCounters.Snapshot.Events(Map.of("forged\"}\n", 1L), Map.of()),
                Map.of(),
                Map.of(),
                latency(0, 0));
        Metrics.GatewayReadings readings = new Metrics.GatewayReadings(
                List.of(hub),
                Map.of("forged", Map.of(Publisher.Counters.Source.BUS, 1L)),
                Map.of(),
                Map.of(),
                1,
                true,
                0,
                IdentityEndpoint.Counts.NONE);
        try (Operator operator = Operator.reading(readings)) {
            assertThat(operator.scrape().samples().keySet()).noneMatch(name -> name.contains("forged"));
        }
    }

    @Test
    void asksAnewAtEachScrape() throws Exception {
        AtomicInteger scrapes = new AtomicInteger();
        try (Operator operator = Operator.of(
                ManagementServer.Readiness::ready,
                () -> Future.succeededFuture(new Metrics.GatewayReadings(
                        List.of(),
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        scrapes.incrementAndGet(),
                        true,
                        0,
                        IdentityEndpoint.Counts.NONE)),
                Duration.ofSeconds(5))) {
            assertThat(operator.scrape().samples()).containsEntry("hermes_streams_limit", 1.0);
            assertThat(operator.scrape().samples()).containsEntry("hermes_streams_limit", 2.0);
        }
    }

    @Test
    void promtoolFindsNothingToSay() throws Exception {
        OutsideProcess.require(PROMTOOL);
        try (Operator operator = Operator.reading(Operator.readings())) {
            Process promtool = new ProcessBuilder(PROMTOOL, "check", "metrics")
                    .redirectErrorStream(true)
                    .start();
            try (OutputStream scraped = promtool.getOutputStream()) {
                scraped.write(operator.ask("GET", "/metrics").body().getBytes(StandardCharsets.UTF_8));
            }
            assertThat(promtool.inputReader().lines()).isEmpty();
            assertThat(promtool.waitFor()).isZero();
        }
    }

    @Test
    void tellsOfTheJvmAndTheProcess() throws Exception {
        try (Operator operator = Operator.reading(Operator.readings())) {
            assertThat(operator.scrape().families())
                    .contains(
                            "process_cpu_seconds_total",
                            "process_resident_memory_bytes",
                            "process_start_time_seconds",
                            "process_open_fds",
                            "process_max_fds",
                            "jvm_memory_used_bytes",
                            "jvm_memory_pool_used_bytes",
                            "jvm_buffer_pool_used_bytes",
                            "jvm_gc_collection_seconds",
                            "jvm_threads_current",
                            "jvm_classes_currently_loaded",
                            "jvm_runtime_info");
        }
    }

    private static <E> List<String> labelled(String name, String label, E[] values, Function<E, String> text) {
        return Arrays.stream(values)
                .map(value -> name + "{" + label + "=\"" + text.apply(value) + "\"}")
                .toList();
    }

    private static HubCounters.Snapshot hub(Latency latency) {
        return new HubCounters.Snapshot(
                0, 0, 0, new HubCounters.Snapshot.Events(Map.of(), Map.of()), Map.of(), Map.of(), latency);
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
