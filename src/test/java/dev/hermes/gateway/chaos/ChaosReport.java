package dev.hermes.gateway.chaos;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What came of a run, for people. */
final class ChaosReport {

    private final ChaosSettings settings;
    private final Timeline timeline;
    private final Judge judge;
    private final RecoveryTimes recovery;
    private final StringBuilder text = new StringBuilder();

    ChaosReport(ChaosSettings settings, Timeline timeline, Judge judge, RecoveryTimes recovery) {
        this.settings = settings;
        this.timeline = timeline;
        this.judge = judge;
        this.recovery = recovery;
    }

    String markdown(Ledger ledger, List<Journal> journals, String redisVersion) {
        line(
                "%s, seed %d, %d minutes, %d faults; %d gateways, %d clients; %d cores, JDK %s, Redis %s.\n",
                LocalDate.now(ZoneOffset.UTC),
                settings.seed(),
                settings.lasting().toMinutes(),
                timeline.count(),
                settings.gateways(),
                settings.clients(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version"),
                redisVersion);
        line(
                "| fault | faults | published | due | delivered once | repeated | declared lost | silently lost | gaps told"
                        + " | recovered in, p50 | max |");
        line("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        judge.rows().forEach(this::row);
        row("all", judge.total());
        line("");
        line("Out of order: %d. Gaps told: %s.", judge.total().disordered, gaps(journals));
        line("Taken out of the log again before any gateway could read them: %d.", judge.unread());
        outcomes(ledger);
        return text.toString();
    }

    private void row(String name, Tally tally) {
        boolean all = name.equals("all");
        text.append(String.format(
                Locale.ROOT,
                "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %s | %s |\n",
                name,
                all ? timeline.count() : timeline.count(name),
                tally.published,
                tally.due,
                tally.once,
                tally.repeated,
                tally.declared,
                tally.silent,
                tally.gaps,
                seconds(recovery.quantile(name, 0.5)),
                seconds(recovery.quantile(name, 1))));
    }

    private static String seconds(long millis) {
        return millis < 0 ? "" : String.format(Locale.ROOT, "%.2f s", millis / 1e3);
    }

    private static Map<String, Integer> gaps(List<Journal> journals) {
        Map<String, Integer> gaps = new TreeMap<>();
        journals.forEach(journal -> journal.gaps().forEach(gap -> gaps.merge(gap.reason(), 1, Integer::sum)));
        return gaps;
    }

    private void outcomes(Ledger ledger) {
        Map<Source, Map<String, Integer>> outcomes = new EnumMap<>(Source.class);
        for (Source source : Source.values()) {
            Map<String, Integer> counts = new TreeMap<>();
            for (Ledger.Entry entry : ledger.entries(source)) {
                String name = entry.outcome().getClass().getSimpleName().toLowerCase(Locale.ROOT);
                boolean doubtful = entry.outcome() instanceof Outcome.Unknown;
                counts.merge(doubtful ? name + (entry.published() ? " but seen" : "") : name, 1, Integer::sum);
            }
            outcomes.put(source, counts);
        }
        line("What producers were told: %s.", outcomes);
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
