package dev.hermes.gateway.config;

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
}
