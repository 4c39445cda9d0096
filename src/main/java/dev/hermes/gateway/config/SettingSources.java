package dev.hermes.gateway.config;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The sources of one load.
 *
 * @param outer the values that override the file, from the environment or a deployment's configuration; no empty
 *     values
 * @param outerName the origin of those values, for people
 * @param folder absolute; null if the built-in files apply
 */
record SettingSources(
        Map<Setting, String> outer,
        String outerName,
        @Nullable Path folder) {

    private static final String DEFAULT_FOLDER = "conf";
    private static final String ENVIRONMENT = "environment";

    /**
     * The sources of a gateway with its own process. Names of no setting are ignored, since Hermes itself has many.
     * Blocks.
     */
    static SettingSources ofEnvironment(Map<String, String> environment, SettingsException.Problems findings) {
        Map<Setting, String> outer = new EnumMap<>(Setting.class);
        environment.forEach((name, value) -> {
            Setting setting = Setting.named(name);
            if (setting != null && !value.isBlank()) {
                outer.put(setting, value);
            }
        });
        String named = environment.get(SettingsLoader.FOLDER);
        if (named != null && !named.isBlank()) {
            return new SettingSources(outer, ENVIRONMENT, folder(named, findings));
        }
        Path usual = Path.of(DEFAULT_FOLDER).toAbsolutePath();
        return new SettingSources(outer, ENVIRONMENT, Files.isDirectory(usual) ? usual : null);
    }

    /**
     * The sources of an embedded gateway. The working directory belongs to the application, so only a folder that is
     * named counts. Blocks.
     */
    static SettingSources ofDeployment(JsonObject deployment, SettingsException.Problems findings) {
        Map<Setting, String> outer = new EnumMap<>(Setting.class);
        deployment.forEach(entry -> {
            Setting setting = Setting.named(entry.getKey());
            if (setting != null && entry.getValue() != null) {
                accept(setting, entry.getValue(), outer, findings);
            } else if (setting == null && misspelt(entry.getKey())) {
                findings.warn(
                        "setting=" + entry.getKey() + " reason=\"unknown name in the deployment's configuration\"");
            }
        });
        Object named = deployment.getValue(SettingsLoader.FOLDER);
        return new SettingSources(outer, "deployment", named == null ? null : folder(named.toString(), findings));
    }

    private static boolean misspelt(String name) {
        return name.startsWith("HERMES_") && !name.equals(SettingsLoader.FOLDER);
    }

    private static void accept(
            Setting setting, Object value, Map<Setting, String> outer, SettingsException.Problems findings) {
        boolean scalar = value instanceof String || value instanceof Number || value instanceof Boolean;
        boolean list = setting.kind.list()
                && value instanceof JsonArray array
                && array.stream().allMatch(String.class::isInstance);
        if (!scalar && !list) {
            findings.invalid(setting.name(), "a JSON value of the wrong type", setting.allowed);
            return;
        }
        String text = value instanceof JsonArray array ? array.encode() : value.toString();
        if (!text.isBlank()) {
            outer.put(setting, text);
        }
    }

    private static @Nullable Path folder(String named, SettingsException.Problems findings) {
        try {
            Path folder = Path.of(named).toAbsolutePath();
            if (Files.isDirectory(folder)) {
                return folder;
            }
        } catch (InvalidPathException notAPath) {
            // Rejected below, like any other name that is not a folder's.
        }
        findings.invalid(SettingsLoader.FOLDER, named, "a folder");
        return null;
    }

    /** Parses {@code gateway.properties}: UTF-8, known names only, each once; an empty value counts as absent. */
    static final class PropertiesText {

        private static final String FILE = "gateway.properties";

        private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9_]{0,63}");

        private PropertiesText() {}

        /** The values by name. Invalid lines are noted in {@code findings} and left out. */
        static Map<Setting, String> parse(String text, SettingsException.Problems findings) {
            if (text.indexOf('\uFFFD') >= 0) {
                findings.invalid(FILE, "a byte that is not UTF-8", "text in UTF-8");
                return Map.of();
            }
            Map<Setting, String> values = new EnumMap<>(Setting.class);
            Set<String> seen = new HashSet<>();
            Properties lines = new Properties() {
                private static final long serialVersionUID = 1L;

                // Properties.load passes every line to this method and no other.
                @Override
                public synchronized @Nullable Object put(Object key, Object value) {
                    accept((String) key, (String) value, seen, values, findings);
                    return null;
                }
            };
            try {
                lines.load(new StringReader(text));
            } catch (IllegalArgumentException malformedEscape) {
                findings.invalid(FILE, "a malformed \\u escape", "\\u and four hexadecimal digits");
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
                // A line without a name may be half of a secret that was broken over two lines.
                String shown = NAME.matcher(name).matches() ? "unknown name " + name : "a line that is no setting";
                findings.invalid(FILE, shown, "the names that --help lists");
            } else if (!seen.add(name)) {
                findings.invalid(name, "a second value in " + FILE, "one value");
                values.remove(setting);
            } else if (!value.isBlank()) {
                values.put(setting, value);
            }
        }
    }
}
