package dev.hermes.gateway.doctor;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What came of one check: one line for people, one object for programs. */
sealed interface Finding {

    /** A short name of what was looked at, the same whatever came of it. */
    String check();

    String what();

    /** It is as it should be. */
    record Well(String check, String what) implements Finding {}

    /** Worth knowing, but nothing to repair. */
    record Note(String check, String what) implements Finding {}

    /** It could not be looked at, and why. */
    record Skipped(String check, String what) implements Finding {}

    /**
     * Something to repair.
     *
     * @param why what users or operators suffer from it
     * @param lines what to write, by the name of the program whose configuration it belongs to; may be empty
     */
    record Problem(String check, String what, String why, Map<String, String> lines) implements Finding {

        /** Nothing to write anywhere. */
        Problem(String check, String what, String why) {
            this(check, what, why, Map.of());
        }

        /** One program, whose configuration is the only one that cures it. */
        Problem(String check, String what, String why, String program, String line) {
            this(check, what, why, Map.of(program, line));
        }
    }

    /** The one line. */
    default String line() {
        String head = String.format("%-9s %s: %s", severity(), check(), what());
        if (this instanceof Problem problem) {
            String write = problem.lines().entrySet().stream()
                    .map(line -> line.getKey() + ": " + line.getValue())
                    .collect(Collectors.joining(" | "));
            return head + ". Why it matters: " + problem.why() + (write.isEmpty() ? "." : ". Write: " + write);
        }
        return head;
    }

    default JsonObject json() {
        JsonObject json = new JsonObject()
                .put("check", check())
                .put("severity", severity().toLowerCase(Locale.ROOT))
                .put("what", what());
        if (this instanceof Problem problem) {
            json.put("why", problem.why()).put("lines", new JsonObject(new LinkedHashMap<>(problem.lines())));
        }
        return json;
    }

    private String severity() {
        if (this instanceof Well) {
            return "well";
        }
        if (this instanceof Note) {
            return "note";
        }
        return this instanceof Skipped ? "skipped" : "FINDING";
    }
}
