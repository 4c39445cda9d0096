package dev.hermes.gateway.http;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request, decoded once. Strict: a parameter that is unknown or there twice is refused, since a typing
 * error in a filter would otherwise widen a stream. One that is there but empty counts as absent. Those whose name begins
 * with an underscore are passed over: libraries add them so that no cache answers in the server's place.
 */
record Query(Map<String, List<String>> values, boolean readable) {

    /** Many more than any library adds; the decoder stops here, and what it left out must not go unseen. */
    private static final int MAX_PARAMETERS = 1_000;

    private static final String IGNORED = "_";

    /** As browsers have it (WHATWG URL §5.1): only {@code &} separates. */
    private static final boolean SEMICOLON_IS_TEXT = true;

    static Query of(String uri) {
        try {
            return new Query(
                    new QueryStringDecoder(uri, StandardCharsets.UTF_8, true, MAX_PARAMETERS, SEMICOLON_IS_TEXT)
                            .parameters(),
                    true);
        } catch (IllegalArgumentException badEscape) {
            return new Query(Map.of(), false);
        }
    }

    /** Refuses what is not among the allowed names, or not there once. */
    void requireOnly(Set<String> allowed) {
        if (!readable) {
            throw Problem.badRequest("Query is not percent-encoded UTF-8 (RFC 3986 §2.1)")
                    .asException();
        }
        int parameters = values.values().stream().mapToInt(List::size).sum();
        if (parameters >= MAX_PARAMETERS) {
            throw Problem.badRequest("Too many parameters. Allowed: fewer than " + MAX_PARAMETERS)
                    .asException();
        }
        values.forEach((name, given) -> {
            if (name.startsWith(IGNORED)) {
                return;
            }
            if (!allowed.contains(name)) {
                throw Problem.badRequest("Unknown parameter " + quoted(name) + ". Allowed: "
                                + String.join(", ", new TreeSet<>(allowed)))
                        .asException();
            }
            if (given.size() > 1) {
                throw Problem.badRequest("Repeated parameter " + quoted(name) + ". Allowed: once")
                        .asException();
            }
        });
    }

    /** The first value as it came, also an empty one; null when absent. */
    @Nullable
    String raw(String name) {
        List<String> given = values.get(name);
        return given == null ? null : given.get(0);
    }

    /** The value; null when absent or empty. */
    @Nullable
    String text(String name) {
        String value = raw(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /** The items of a list, without the blanks that people type after its commas. */
    static String[] items(String list) {
        return list.split(", *", -1);
    }

    /** The whole number, or what holds when it is absent. */
    int number(String name, int otherwise, int from, int to) {
        String value = text(name);
        if (value == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= from && number <= to && value.equals(Integer.toString(number))) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // Refused below, as a number out of bounds is.
        }
        throw Problem.badRequest("Invalid " + name + " " + quoted(value) + ". Allowed: " + from + " to " + to)
                .asException();
    }

    /** True or false, or what holds when it is absent. */
    boolean flag(String name, boolean otherwise) {
        String value = text(name);
        if (value == null) {
            return otherwise;
        }
        if (value.equals("true") || value.equals("false")) {
            return value.equals("true");
        }
        throw Problem.badRequest("Invalid " + name + " " + quoted(value) + ". Allowed: true, false")
                .asException();
    }

    /** A value as an answer may repeat it. */
    static String quoted(String value) {
        String cut = value.length() > 100 ? value.substring(0, 100) + "…" : value;
        return "'" + cut + "'";
    }
}
