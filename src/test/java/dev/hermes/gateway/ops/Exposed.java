package dev.hermes.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A scraped text, read as strictly as Prometheus reads it (text format 0.0.4). */
final class Exposed {

    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final String LABEL = "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\]|\\\\[\"\\\\n])*\"";
    private static final Pattern HELP = Pattern.compile("# HELP (" + NAME + ") (\\S.*)");
    private static final Pattern TYPE =
            Pattern.compile("# TYPE (" + NAME + ") (counter|gauge|histogram|summary|untyped)");
    private static final Pattern SAMPLE =
            Pattern.compile("((" + NAME + ")(?:\\{(?:" + LABEL + "(?:," + LABEL + ")*,?)?})?) (\\S+)(?: -?[0-9]+)?");

    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, String> helps = new LinkedHashMap<>();
    private final Map<String, Double> samples = new LinkedHashMap<>();

    Exposed(String text) {
        assertThat(text).endsWith("\n");
        Set<String> finished = new LinkedHashSet<>();
        String family = "";
        for (String line : text.lines().toList()) {
            Matcher help = HELP.matcher(line);
            Matcher type = TYPE.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (help.matches()) {
                assertThat(helps.put(help.group(1), help.group(2))).as(line).isNull();
            } else if (type.matches()) {
                finished.add(family);
                family = type.group(1);
                assertThat(finished).as("families stand together").doesNotContain(family);
                assertThat(types.put(family, type.group(2))).as(line).isNull();
            } else {
                assertThat(line).matches(SAMPLE);
                assertThat(sample.matches()).isTrue();
                assertThat(belongs(sample.group(2), family)).as(line).isTrue();
                assertThat(samples.put(sample.group(1), number(sample.group(3))))
                        .as(line)
                        .isNull();
            }
        }
    }

    private boolean belongs(String name, String family) {
        return switch (Objects.requireNonNull(types.get(family))) {
            case "histogram" -> name.matches(Pattern.quote(family) + "_(bucket|sum|count)");
            case "summary" -> name.matches(Pattern.quote(family) + "(|_sum|_count)");
            default -> name.equals(family);
        };
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    @Nullable
    String type(String family) {
        return types.get(family);
    }

    @Nullable
    String help(String family) {
        return helps.get(family);
    }

    Set<String> families() {
        return types.keySet();
    }

    /** By name and labels, as they stand in the text. */
    Map<String, Double> samples() {
        return samples;
    }

    /** Those whose name begins so. */
    Map<String, Double> samples(String prefix) {
        Map<String, Double> found = new LinkedHashMap<>(samples);
        found.keySet().removeIf(name -> !name.startsWith(prefix));
        return found;
    }
}
