package dev.hermes.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.OutsideProcess;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A scrape as a scraper gets it. */
class ScrapeFormTest {

    private static final String PROMTOOL = "/usr/bin/promtool";

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
    void namesTheVersionsItRunsWith() throws Exception {
        try (Operator operator = Operator.reading(Operator.readings())) {
            assertThat(operator.scrape().samples("hermes_build_info").keySet())
                    .singleElement()
                    .asString()
                    .contains("java=\"" + Runtime.version() + "\"", "vertx=\"5.", "version=\"");
        }
    }

    @Test
    void tellsOfTheMemoryOfSockets() throws Exception {
        try (Operator operator = Operator.reading(Operator.readings())) {
            assertThat(operator.scrape().samples("hermes_direct_memory").values())
                    .hasSize(2)
                    .allSatisfy(bytes -> assertThat(bytes).isPositive());
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
}
