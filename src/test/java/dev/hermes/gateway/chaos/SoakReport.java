package dev.hermes.gateway.chaos;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;

/** What came of a soak, for people. */
final class SoakReport {

    /** What the first table shows; all others are only held to their bounds. */
    private static final List<String> SHOWN = List.of(
            SoakFigures.HEAP,
            "process_resident_memory_bytes",
            "hermes_direct_memory_bytes",
            "process_open_fds",
            "jvm_threads_current",
            SoakSite.REDIS_CONNECTIONS,
            "hermes_streams_open",
            "hermes_polls_waiting",
            "hermes_streams_catching_up",
            "hermes_streams_stalled",
            "hermes_streams_lag_entries",
            "hermes_streams_lag_seconds",
            "hermes_log_entries",
            "hermes_log_bytes",
            "hermes_event_loop_lag_seconds");

    /** What is shown of each minute. */
    private static final List<String> EACH_MINUTE = List.of(
            "hermes_streams_open",
            SoakFigures.HEAP,
            "process_resident_memory_bytes",
            "process_open_fds",
            "jvm_threads_current",
            SoakSite.REDIS_CONNECTIONS);

    private final SoakSettings settings;
    private final Timeline timeline;
    private final Judge judge;
    private final List<SoakFigures> gateways;
    private final StringBuilder text = new StringBuilder();

    SoakReport(SoakSettings settings, Timeline timeline, Judge judge, List<SoakFigures> gateways) {
        this.settings = settings;
        this.timeline = timeline;
        this.judge = judge;
        this.gateways = gateways;
    }

    String markdown(String redisVersion) {
        line(
                "%s, seed %d, %d minutes, %d steps; 2 gateways with a heap of 384 MiB, %d clients, a third of them over"
                        + " TLS; %d cores, JDK %s, Redis %s.\n",
                LocalDate.now(ZoneOffset.UTC),
                settings.seed(),
                settings.lasting().toMinutes(),
                timeline.count(),
                settings.clients(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version"),
                redisVersion);
        Tally total = judge.total();
        line(
                "%d events were published. Of %d that were due to some client, %d were delivered once, %d repeated, %d"
                        + " declared lost, %d silently lost, and %d came out of order.\n",
                total.published, total.due, total.once, total.repeated, total.declared, total.silent, total.disordered);
        line("| figure | plain: start | highest | end | TLS: start | highest | end | allowed at the end |");
        line("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
        SHOWN.forEach(this::row);
        line(
                "\nAll %d gauges of `/metrics` of each gateway were held to their bounds, and %s.\n",
                gateways.get(0).names().size(),
                gateways.stream().allMatch(gateway -> gateway.notReturned().isEmpty())
                        ? "all came back"
                        : "these did not come back: "
                                + gateways.stream()
                                        .flatMap(gateway -> gateway.notReturned().stream())
                                        .toList());
        line("From minute to minute, right after a collection, plain / TLS:\n");
        line("| minute | streams | heap in use | resident | descriptors | threads | connections to Redis |");
        line("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        for (int sample = 0; sample < gateways.get(0).samples().size(); sample++) {
            minute(sample);
        }
        return text.toString();
    }

    private void row(String figure) {
        StringBuilder row = new StringBuilder("| `" + figure + "` |");
        for (SoakFigures gateway : gateways) {
            row.append(' ').append(number(figure, gateway.start(figure))).append(" |");
            row.append(' ').append(number(figure, gateway.highest(figure))).append(" |");
            row.append(' ').append(number(figure, gateway.end(figure))).append(" |");
        }
        line("%s %s |", row, SoakBounds.of(figure).allowed(figure));
    }

    private void minute(int sample) {
        StringBuilder row = new StringBuilder(String.format(
                Locale.ROOT, "| %.0f |", gateways.get(0).samples().get(sample).minute()));
        for (String figure : EACH_MINUTE) {
            row.append(' ');
            for (SoakFigures gateway : gateways) {
                List<SoakFigures.Sample> samples = gateway.samples();
                double value = sample < samples.size()
                        ? samples.get(sample).figures().getOrDefault(figure, Double.NaN)
                        : Double.NaN;
                row.append(gateway.equals(gateways.get(0)) ? "" : " / ").append(number(figure, value));
            }
            row.append(" |");
        }
        line("%s", row);
    }

    /** As people write it. */
    static String number(String figure, double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        boolean bytes = figure.contains("_bytes");
        boolean whole = value == Math.rint(value);
        return bytes && value >= 1 << 20
                ? String.format(Locale.ROOT, "%.0f MiB", value / (1 << 20))
                : String.format(Locale.ROOT, whole ? "%.0f" : "%.2f", value)
                        + (figure.contains("_seconds") ? " s" : "");
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
