package dev.hermes.gateway.http;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request, decoded once. Strict: an unknown or repeated parameter is rejected, since a typing
 * error in a filter would otherwise widen a stream. An empty parameter counts as absent. Parameters whose name begins
 * with an underscore are ignored: libraries add them to get past caches.
 */
record Query(Map<String, List<String>> values, boolean readable) {

    /** Many more than any library adds. The decoder stops at this number, so reaching it must be an error. */
    private static final int MAX_PARAMETERS = 1_000;

    private static final String IGNORED = "_";

    /** Only {@code &} separates parameters, as in browsers (WHATWG URL §5.1). */
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

    /** Rejects parameters that are not allowed or are repeated. */
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

    /** The first value unchanged, even if empty; null if absent. */
    @Nullable
    String raw(String name) {
        List<String> given = values.get(name);
        return given == null ? null : given.get(0);
    }

    /** The value; null if absent or empty. */
    @Nullable
    String text(String name) {
        String value = raw(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /** The items of a list, without blanks typed after the commas. */
    static String[] items(String list) {
        return list.split(", *", -1);
    }

    /** The whole number, or the default if absent. */
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
            // Rejected below, like a number out of bounds.
        }
        throw Problem.badRequest("Invalid " + name + " " + quoted(value) + ". Allowed: " + from + " to " + to)
                .asException();
    }

    /** True or false, or the default if absent. */
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

    /** A value in quotes and cut, as an answer may repeat it. */
    static String quoted(String value) {
        String cut = value.length() > 100 ? value.substring(0, 100) + "…" : value;
        return "'" + cut + "'";
    }
}
