package dev.hermes.gateway.config;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code gateway.properties}: UTF-8, known names only, each once; an empty value is as if it were not there. */
final class PropertiesText {

    private static final String FILE = "gateway.properties";

    private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9_]{0,63}");

    private PropertiesText() {}

    /** The values by name. What cannot be used is noted in {@code findings} and left out. */
    static Map<Setting, String> parse(String text, SettingsException.Problems findings) {
        if (text.indexOf('\uFFFD') >= 0) {
            findings.refuse(FILE, "a byte that is not UTF-8", "text in UTF-8");
            return Map.of();
        }
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        Set<String> seen = new HashSet<>();
        Properties lines = new Properties() {
            private static final long serialVersionUID = 1L;

            // The one door through which Properties.load hands over each line.
            @Override
            public synchronized @Nullable Object put(Object key, Object value) {
                accept((String) key, (String) value, seen, values, findings);
                return null;
            }
        };
        try {
            lines.load(new StringReader(text));
        } catch (IllegalArgumentException malformedEscape) {
            findings.refuse(FILE, "a malformed \\u escape", "\\u and four hexadecimal digits");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return values;
    }

    private static void accept(
            String name,
            String value,
            Set<String> seen,
            Map<Setting, String> values,
            SettingsException.Problems findings) {
        Setting setting = Setting.named(name);
        if (setting == null) {
            // What is no name may be half a secret, broken over two lines.
            String shown = NAME.matcher(name).matches() ? "unknown name " + name : "a line that is no setting";
            findings.refuse(FILE, shown, "the names that --help lists");
        } else if (!seen.add(name)) {
            findings.refuse(name, "a second value in " + FILE, "one value");
            values.remove(setting);
        } else if (!value.isBlank()) {
            values.put(setting, value);
        }
    }
}
