package dev.hermes.gateway.config;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where one load looks.
 *
 * @param outer what comes before the file: the environment, or a deployment's configuration; no empty values
 * @param folder absolute; null when the built-in files hold
 */
record SettingSources(Map<Setting, String> outer, @Nullable Path folder) {

    private static final String DEFAULT_FOLDER = "conf";

    /** Names that are not ours are ignored: Hermes itself has many. Blocks. */
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
            return new SettingSources(outer, folder(named, findings));
        }
        Path usual = Path.of(DEFAULT_FOLDER).toAbsolutePath();
        return new SettingSources(outer, Files.isDirectory(usual) ? usual : null);
    }

    /** The working directory is somebody else's here: only a folder that is named counts. Blocks. */
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
        return new SettingSources(outer, named == null ? null : folder(named.toString(), findings));
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
            findings.refuse(setting.name(), "a JSON value of the wrong type", setting.allowed);
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
            // Refused below, like any other name that is no folder's.
        }
        findings.refuse(SettingsLoader.FOLDER, named, "a folder");
        return null;
    }
}
