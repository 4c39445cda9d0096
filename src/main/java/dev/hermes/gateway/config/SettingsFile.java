package dev.hermes.gateway.config;

import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file that may change while the gateway runs.
 *
 * @param path {@code gateway.properties} in the folder, whether or not it is there; null when there is no folder
 * @param overridden the settings that the environment decides, whatever the file says
 */
public record SettingsFile(@Nullable Path path, Set<String> overridden) {

    public SettingsFile {
        overridden = Set.copyOf(overridden);
    }
}
