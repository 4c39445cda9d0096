package dev.hermes.gateway.config;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The settings or the catalogue cannot be used. Carries every problem there is, none of them showing a secret. */
public final class SettingsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    SettingsException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining(System.lineSeparator())));
        this.problems = List.copyOf(problems);
    }

    /** At least one, in the order of the settings, those of the catalogue last. */
    public List<Problem> problems() {
        return problems;
    }

    /** What one load has found so far. Touched by one thread at a time, load step by load step. */
    static final class Problems {

        private final List<Problem> problems = new ArrayList<>();
        private final List<String> warnings = new ArrayList<>();

        void invalid(String name, String value, String allowed) {
            problems.add(new Problem(name, value, allowed));
        }

        /** {@code warning} is one line of {@code key=value} pairs. */
        void warn(String warning) {
            warnings.add(warning);
        }

        List<Problem> problems() {
            return List.copyOf(problems);
        }

        List<String> warnings() {
            return List.copyOf(warnings);
        }
    }

    /**
     * One thing that keeps the gateway from starting.
     *
     * @param name the setting, or the place in a file ({@code channels.yaml:12: channels[1].scope})
     * @param value what stands there; {@code ***} where it could hold a secret
     * @param allowed what may stand there
     */
    public record Problem(String name, String value, String allowed) {

        /** One line for the operator. */
        @Override
        public String toString() {
            return name + ": " + value + " is not allowed; allowed: " + allowed;
        }
    }
}
