package dev.hermes.gateway.fuzz;

import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Texts, numbers and JSON as they seldom come. */
final class Odd {

    private static final int MOST_CHARACTERS = 60;

    private Odd() {}

    /** Any characters at all, halves of pairs among them. */
    static Arbitrary<String> text() {
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.strings().ofMaxLength(MOST_CHARACTERS)),
                Tuple.of(3, Arbitraries.strings().ascii().ofMaxLength(MOST_CHARACTERS)),
                Tuple.of(
                        2,
                        Arbitraries.strings()
                                .withChars("{}[]\":,\\/\r\n\t\0 aé日\u2028\uFEFF\ud83d\ude00")
                                .ofMaxLength(20)),
                Tuple.of(1, word().map(word -> word.repeat(200))));
    }

    static Arbitrary<String> word() {
        return Arbitraries.strings().withChars("abcXYZ019._~-").ofMinLength(1).ofMaxLength(20);
    }

    static Arbitrary<String> number() {
        return Arbitraries.oneOf(
                Arbitraries.longs().map(String::valueOf),
                Arbitraries.bigIntegers().map(String::valueOf),
                Arbitraries.doubles().map(String::valueOf),
                Arbitraries.of(
                        "",
                        "0",
                        "-0",
                        "1",
                        "-1",
                        "+1",
                        "01",
                        "1.0",
                        "1e3",
                        "0x10",
                        "١٢",
                        "1_000",
                        " 1",
                        "1 ",
                        "1,5",
                        "NaN",
                        "9223372036854775807",
                        "9223372036854775808",
                        "18446744073709551615",
                        "18446744073709551616",
                        "2147483648",
                        "99999999999999999999999999",
                        "1e-400",
                        "true",
                        "null",
                        "∞"));
    }

    static Arbitrary<String> jsonString() {
        return text().map(Odd::quoted);
    }

    /** Valid, but odd. */
    static Arbitrary<String> jsonObject(int depth) {
        Arbitrary<String> member = Combinators.combine(
                        Arbitraries.oneOf(jsonName(), jsonString()), space(), json(depth - 1), space())
                .as((name, before, value, after) -> name + before + ":" + before + value + after);
        return member.list().ofMaxSize(4).map(members -> "{" + String.join(",", members) + "}");
    }

    static Arbitrary<String> json(int depth) {
        Arbitrary<String> simple =
                Arbitraries.oneOf(jsonString(), jsonNumber(), Arbitraries.of("true", "false", "null"));
        if (depth <= 0) {
            return simple;
        }
        return Arbitraries.frequencyOf(
                Tuple.of(4, simple),
                Tuple.of(
                        1,
                        Arbitraries.lazy(() -> json(depth - 1))
                                .list()
                                .ofMaxSize(3)
                                .map(values -> "[" + String.join(" ,", values) + "]")),
                Tuple.of(1, Arbitraries.lazy(() -> jsonObject(depth))));
    }

    private static Arbitrary<String> jsonNumber() {
        return Arbitraries.oneOf(
                Arbitraries.longs().map(String::valueOf),
                Arbitraries.bigDecimals().map(String::valueOf),
                Arbitraries.of("-0", "1.0", "1e5", "1E+400", "-2.5e-300", "9007199254740993", "0.000"));
    }

    private static Arbitrary<String> jsonName() {
        return Arbitraries.of(
                        "download_id",
                        "status",
                        "type",
                        "data",
                        "timestamp",
                        "channel",
                        "action",
                        "event",
                        "",
                        "scope",
                        "ttl",
                        "token",
                        "user_id",
                        "expires_at",
                        "permissions",
                        "notification_type")
                .map(Odd::quoted);
    }

    static Arbitrary<String> space() {
        return Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.just("")),
                Tuple.of(1, Arbitraries.of(" ", "\n", "\r\n", "\t", "\r", " \n\r ")));
    }

    /** As a JSON string; halves of pairs as escapes, since UTF-8 has none for them. */
    static String quoted(String text) {
        return text.chars().mapToObj(Odd::escaped).collect(Collectors.joining("", "\"", "\""));
    }

    private static String escaped(int unit) {
        boolean plain = unit >= ' ' && unit != '"' && unit != '\\' && !Character.isSurrogate((char) unit);
        return plain ? String.valueOf((char) unit) : String.format("\\u%04x", unit);
    }

    /** One of these, or an odd one. */
    static Arbitrary<String> mostly(List<String> usual, Arbitrary<String> odd) {
        return Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.of(usual)), Tuple.of(2, odd));
    }
}
