package dev.hermes.gateway.event;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Writes valid JSON in the oddest ways that RFC 8259 allows. */
final class RandomJson {

    private static final String[] SPACES = {"", "", "", " ", "\n", "\r\n", "\t", "\r", "  \n "};
    private static final String[] NUMBERS = {
        "0",
        "-0",
        "1",
        "-17",
        "1.0",
        "1.50",
        "0.000",
        "1e5",
        "1E+05",
        "-2.5e-300",
        "1e99999",
        "9007199254740993",
        "123456789012345678901234567890.123456789012345678901234567890"
    };
    private static final String[] CHARACTERS = {
        "a",
        "B",
        "7",
        " ",
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "'",
        "/",
        "\\/",
        "\\\"",
        "\\\\",
        "\\n",
        "\\r",
        "\\t",
        "\\b",
        "\\f",
        "\\u0000",
        "\\u000d",
        "\\u00E9",
        "\\ud83d\\ude00",
        "\\udead",
        "é",
        "ß",
        "日",
        "😀",
        "\u2028",
        "\u0085",
        "\u007f",
        "\uFEFF",
        "\uFFFF",
        "data",
        "type"
    };
    private static final String[] NAMES = {"download_id", "status", "type", "data", "timestamp", "channel", "", "a"};

    private final Random random;

    RandomJson(Random random) {
        this.random = random;
    }

    String space() {
        return pick(SPACES);
    }

    String object(int depth) {
        List<String> members = new ArrayList<>();
        int count = random.nextInt(5);
        for (int index = 0; index < count; index++) {
            String name = random.nextInt(3) > 0 ? '"' + pick(NAMES) + '"' : string();
            members.add(name + space() + ":" + space() + value(depth - 1));
        }
        return "{" + space() + String.join(space() + "," + space(), members) + space() + "}";
    }

    /** A message whose {@code data} are these, with its members in any order and others among them. */
    String envelopeOf(String data) {
        List<String> members = new ArrayList<>();
        members.add("\"type\"" + space() + ":" + space() + "\"some_type\"");
        members.add("\"data\"" + space() + ":" + space() + data);
        if (random.nextBoolean()) {
            members.add("\"timestamp\":" + space() + (random.nextBoolean() ? string() : "null"));
        }
        while (random.nextInt(3) == 0) {
            members.add("\"extra " + random.nextInt(100) + "\":" + value(2));
        }
        Collections.shuffle(members, random);
        return space() + "{" + space() + String.join(space() + "," + space(), members) + space() + "}" + space();
    }

    private String value(int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 5)) {
            case 0 -> pick(NUMBERS);
            case 1 -> random.nextBoolean() ? "true" : "false";
            case 2 -> "null";
            case 3, 4 -> string();
            case 5 -> array(depth);
            default -> object(depth);
        };
    }

    private String array(int depth) {
        List<String> values = new ArrayList<>();
        int count = random.nextInt(4);
        for (int index = 0; index < count; index++) {
            values.add(value(depth - 1));
        }
        return "[" + space() + String.join(space() + "," + space(), values) + space() + "]";
    }

    private String string() {
        StringBuilder text = new StringBuilder("\"");
        int length = random.nextInt(12);
        for (int index = 0; index < length; index++) {
            text.append(pick(CHARACTERS));
        }
        return text.append('"').toString();
    }

    private String pick(String[] some) {
        return some[random.nextInt(some.length)];
    }
}
