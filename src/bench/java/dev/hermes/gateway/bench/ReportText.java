package dev.hermes.gateway.bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What was found, in Markdown. */
final class ReportText {

    private static final int EXACT_DIGITS = 6;

    private ReportText() {}

    static String of(Findings findings) {
        StringBuilder text = new StringBuilder("# Benchmark\n\n");
        machine(text, findings);
        goals(text, findings.goals());
        if (!findings.faults().isEmpty()) {
            text.append("## Faults\n\n");
            findings.faults().forEach(fault -> text.append("- ").append(fault).append('\n'));
            text.append('\n');
        }
        findings.scenarios().forEach(scenario -> scenario(text, scenario));
        return text.toString();
    }

    private static void machine(StringBuilder text, Findings findings) {
        Machine machine = findings.machine();
        BenchSettings settings = findings.settings();
        text.append(machine.date())
                .append(", ")
                .append(machine.cores())
                .append(" × ")
                .append(machine.processor());
        text.append(", ")
                .append(machine.memory())
                .append(", Linux ")
                .append(machine.kernel())
                .append(". ");
        text.append("nginx ").append(machine.nginx()).append(", nchan ").append(machine.nchan());
        text.append(", Redis ").append(machine.redis()).append(".\n\n");
        text.append("Java: ").append(machine.java()).append("; flags: `@conf/jvm.options");
        settings.jvm().forEach(flag -> text.append(' ').append(flag));
        text.append("`. Rounds: ").append(settings.rounds()).append(" of ");
        text.append(settings.measured().toSeconds())
                .append(" s, connections × ")
                .append(number(settings.scale()));
        text.append(". All figures are medians over the rounds; load generator and servers share the machine.\n\n");
        findings.absent().forEach(absent -> text.append("- ").append(absent).append('\n'));
        text.append(findings.absent().isEmpty() ? "" : "\n");
    }

    private static void goals(StringBuilder text, List<Goal> goals) {
        text.append("| goal | at most | measured | |\n| --- | ---: | ---: | --- |\n");
        goals.forEach(goal -> text.append("| ")
                .append(goal.what())
                .append(" | ")
                .append(number(goal.most()))
                .append(unit(goal.unit()))
                .append(" | ")
                .append(goal.measured() == null ? "–" : number(goal.measured()) + unit(goal.unit()))
                .append(" | ")
                .append(goal.verdict())
                .append(" |\n"));
        text.append('\n');
    }

    private static void scenario(StringBuilder text, ScenarioResult scenario) {
        text.append("## ").append(scenario.name()).append("\n\n").append(scenario.about());
        text.append(" Load average at its start: ").append(scenario.load()).append(".\n\n");
        List<Figure> figures = Arrays.stream(Figure.values())
                .filter(figure -> scenario.medians().stream()
                        .anyMatch(median -> median.figures().containsKey(figure)))
                .toList();
        boolean points =
                scenario.medians().stream().anyMatch(median -> !median.point().isEmpty());
        text.append("| server |").append(points ? " load |" : "");
        figures.forEach(figure -> text.append(' ')
                .append(figure.label())
                .append(unit(figure.unit()))
                .append(" |"));
        text.append("\n| --- |")
                .append(points ? " --- |" : "")
                .append(" ---: |".repeat(figures.size()))
                .append('\n');
        scenario.medians()
                .forEach(median -> text.append("| ")
                        .append(median.server())
                        .append(points ? " | " + median.point() : "")
                        .append(" | ")
                        .append(figures.stream()
                                .map(figure -> cell(median, figure))
                                .collect(Collectors.joining(" | ")))
                        .append(" |\n"));
        text.append('\n');
        scenario.notes().forEach(note -> text.append("- ").append(note).append('\n'));
        text.append(scenario.notes().isEmpty() ? "" : "\n");
        if (!scenario.details().isEmpty()) {
            text.append("```text\n")
                    .append(String.join("\n", scenario.details()))
                    .append("\n```\n\n");
        }
    }

    private static String cell(Measurement median, Figure figure) {
        Double value = median.figures().get(figure);
        return value == null ? "" : number(value);
    }

    private static String unit(String unit) {
        return unit.isEmpty() ? "" : " " + unit;
    }

    /** All digits there are, for a tick that is a round number. */
    static String exact(double value) {
        return value >= 1_000
                ? number(value)
                : new BigDecimal(value)
                        .round(new MathContext(EXACT_DIGITS))
                        .stripTrailingZeros()
                        .toPlainString();
    }

    /** As many digits as say something. */
    static String number(double value) {
        double size = Math.abs(value);
        if (value == Math.rint(value) || size >= 100) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.3f", value);
    }
}
