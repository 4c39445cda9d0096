package dev.hermes.gateway.config;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parsers of single values. Each returns null for an invalid value, and never changes a valid one. */
final class ValueParsers {

    private static final long LONGEST_SECONDS = 1_000_000_000L;
    private static final Pattern DURATION = Pattern.compile("(\\d{1,10})([smh]?)");
    private static final Pattern BYTES = Pattern.compile("(\\d{1,19})(|KiB|MiB|GiB)");
    private static final Pattern PART_OF_AN_ARRAY = Pattern.compile("[\\[\"'].*|.*[\"']");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,10}");
    private static final Pattern SEPARATOR = Pattern.compile("\\s*,\\s*|\\s+");
    private static final int HIGHEST_PORT = 65_535;
    private static final int HIGHEST_PERCENT = 100;

    private ValueParsers() {}

    /** A boolean, by the words that pydantic accepts in Hermes' own settings. */
    static @Nullable Boolean flag(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes", "on" -> true;
            case "false", "0", "no", "off" -> false;
            default -> null;
        };
    }

    static @Nullable Duration duration(String text, int leastSeconds) {
        Matcher matcher = DURATION.matcher(text.strip());
        if (!matcher.matches()) {
            return null;
        }
        long unit = switch (matcher.group(2)) {
            case "m" -> 60;
            case "h" -> 3_600;
            default -> 1;
        };
        long seconds = Long.parseLong(matcher.group(1)) * unit;
        return seconds >= leastSeconds && seconds <= LONGEST_SECONDS ? Duration.ofSeconds(seconds) : null;
    }

    static @Nullable Integer count(String text, int least) {
        String digits = text.strip();
        if (!NUMBER.matcher(digits).matches()) {
            return null;
        }
        long count = Long.parseLong(digits);
        return count >= least && count <= Integer.MAX_VALUE ? (int) count : null;
    }

    static @Nullable Integer percent(String text) {
        Integer percent = count(text, 0);
        return percent != null && percent <= HIGHEST_PERCENT ? percent : null;
    }

    static @Nullable Integer port(String text) {
        Integer port = count(text, 0);
        return port != null && port <= HIGHEST_PORT ? port : null;
    }

    static @Nullable Long bytes(String text, long most) {
        Matcher matcher = BYTES.matcher(text.strip());
        if (!matcher.matches()) {
            return null;
        }
        int shift = switch (matcher.group(2)) {
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            default -> 0;
        };
        try {
            long bytes = Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
            return bytes >= 1 && bytes <= most ? bytes : null;
        } catch (ArithmeticException | NumberFormatException tooLarge) {
            return null;
        }
    }

    /** The constant with this name in any case. */
    static <E extends Enum<E>> @Nullable E word(Class<E> words, String text) {
        for (E word : words.getEnumConstants()) {
            if (word.name().equalsIgnoreCase(text.strip())) {
                return word;
            }
        }
        return null;
    }

    /** The path of an existing, readable file. Blocks. */
    static @Nullable Path readableFile(String text) {
        try {
            Path path = Path.of(text);
            return Files.isRegularFile(path) && Files.isReadable(path) ? path : null;
        } catch (InvalidPathException notAPath) {
            return null;
        }
    }

    /**
     * The items of a list in any form that Hermes accepts in its own settings: a JSON array of strings, or separated
     * by commas or blanks. An empty item is kept, so that the caller can reject it. Null for an invalid array: if it
     * were split into words, its brackets and quotes would silently become part of them. The same holds for an array
     * within quotes and for half of one; a word that really contains these characters can be written in an array.
     */
    static @Nullable List<String> list(String text) {
        String stripped = text.strip();
        if (stripped.startsWith("[")) {
            return jsonList(stripped);
        }
        List<String> words = List.of(SEPARATOR.split(stripped, -1));
        return words.stream().anyMatch(word -> PART_OF_AN_ARRAY.matcher(word).matches()) ? null : words;
    }

    private static @Nullable List<String> jsonList(String text) {
        try {
            JsonArray array = new JsonArray(text);
            boolean strings = array.stream().allMatch(String.class::isInstance);
            return strings ? array.stream().map(String.class::cast).toList() : null;
        } catch (DecodeException notJson) {
            return null;
        }
    }
}
