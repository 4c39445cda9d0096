package dev.hermes.gateway.config;

import java.util.ArrayList;
import java.util.List;

/** What one load has found so far. Touched by one thread at a time, load step by load step. */
final class Findings {

    private final List<Problem> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    void refuse(String name, String value, String allowed) {
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
