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

    /** Beside a service called hermes every container has HERMES_PORT=tcp://10.0.0.1:8000. */
    private static final Pattern OF_KUBERNETES = Pattern.compile("(tcp|udp|sctp)://");

    /**
     * The sources of a gateway with its own process. Names of no setting are never refused, since Hermes has many of its
     * own and Kubernetes makes some for each service; only one that looks misspelt is warned of. Blocks.
     */
    static SettingSources ofEnvironment(Map<String, String> environment, SettingsException.Problems findings) {
        Map<Setting, String> outer = new EnumMap<>(Setting.class);
        environment.forEach((name, value) -> {
            Setting setting = Setting.named(name);
            if (setting != null && !value.isBlank()) {
                outer.put(setting, value);
            } else if (setting == null
                    && misspelt(name)
                    && !OF_KUBERNETES.matcher(value).lookingAt()) {
                String nearest = Setting.nearest(name);
                if (nearest != null) {
                    findings.warn("setting=" + name + " reason=\"unknown name in the environment, it has no effect\""
                            + " nearest=" + nearest);
                }
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
            String[] lines = text.split("\\R", -1);
            for (int index = 0; index < lines.length; index++) {
                String place = FILE + ":" + (index + 1);
                StringBuilder logical = new StringBuilder(lines[index]);
                while (continued(logical) && index + 1 < lines.length) {
                    logical.append('\n').append(lines[++index]);
                }
                Properties one = new Properties();
                try {
                    one.load(new StringReader(logical.toString()));
                } catch (IllegalArgumentException malformedEscape) {
                    findings.invalid(place, "a malformed \\u escape", "\\u and four hexadecimal digits");
                } catch (IOException impossible) {
                    throw new UncheckedIOException(impossible);
                }
                one.forEach((name, value) -> accept(place, (String) name, (String) value, seen, values, findings));
            }
            return values;
        }

        /** Whether the next line belongs to this one: it ends in a backslash that is not escaped itself, and is no comment. */
        private static boolean continued(CharSequence line) {
            int backslashes = 0;
            while (backslashes < line.length() && line.charAt(line.length() - 1 - backslashes) == '\\') {
                backslashes++;
            }
            String content = line.toString().stripLeading();
            return backslashes % 2 == 1 && !content.startsWith("#") && !content.startsWith("!");
        }

        private static void accept(
                String place,
                String name,
                String value,
                Set<String> seen,
                Map<Setting, String> values,
                SettingsException.Problems findings) {
            Setting setting = Setting.named(name);
            if (setting == null) {
                // A line without a name may be half of a secret that was broken over two lines.
                boolean named = NAME.matcher(name).matches();
                String nearest = named ? Setting.nearest(name) : null;
                findings.invalid(
                        place,
                        named ? "unknown name " + name : "a line that is no setting",
                        nearest == null
                                ? "the names that --help lists"
                                : nearest + ", or another name that --help lists");
            } else if (!seen.add(name)) {
                findings.invalid(name, "a second value in " + place, "one value");
                values.remove(setting);
            } else if (!value.isBlank()) {
                values.put(setting, value);
            }
        }
    }
}
