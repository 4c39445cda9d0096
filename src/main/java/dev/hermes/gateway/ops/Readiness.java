package dev.hermes.gateway.ops;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether this gateway should be sent clients: events really flow, which the canary through Redis proves and an open
 * socket does not, and it is not on its way out.
 *
 * @param problems what speaks against it; ready if and only if there is none
 */
public record Readiness(List<Problem> problems) {

    public Readiness {
        problems = List.copyOf(problems);
    }

    /** Nothing speaks against it. */
    public static Readiness ready() {
        return new Readiness(List.of());
    }

    /** These speak against it. */
    public static Readiness of(Problem... problems) {
        return new Readiness(List.of(problems));
    }

    public boolean isReady() {
        return problems.isEmpty();
    }

    /**
     * One thing that speaks against it. Anybody who reaches the management port can read it: no secrets.
     *
     * @param what a word to match on: {@code starting}, {@code redis}, {@code draining}
     * @param since when it began, null if that is not known
     * @param detail for people
     */
    public record Problem(String what, @Nullable Instant since, String detail) {}
}
