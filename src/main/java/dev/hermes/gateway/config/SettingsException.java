package dev.hermes.gateway.config;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Says that the settings or the catalogue are invalid. Carries all problems; none of them shows a secret. */
public final class SettingsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    SettingsException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining(System.lineSeparator())));
        this.problems = List.copyOf(problems);
    }

    /** All problems, at least one, in the order of the settings, those of the catalogue last. */
    public List<Problem> problems() {
        return problems;
    }

    /** The problems and warnings that one load has found so far. Used by one thread at a time. */
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
     * One problem that keeps the gateway from starting.
     *
     * @param name the setting, or the position in a file ({@code channels.yaml:12: channels[1].scope})
     * @param value the invalid value; {@code ***} if it could contain a secret, empty if there is none
     * @param allowed the values that are allowed
     */
    public record Problem(String name, String value, String allowed) {

        /** One line for the operator. */
        @Override
        public String toString() {
            return value.isEmpty()
                    ? name + " is not set; allowed: " + allowed
                    : name + ": " + value + " is not allowed; allowed: " + allowed;
        }
    }
}
