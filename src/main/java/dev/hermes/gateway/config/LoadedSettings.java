package dev.hermes.gateway.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings that hold, and what an operator should know of them.
 *
 * @param warnings each one log line of {@code key=value} pairs, without secrets; nothing here keeps the gateway from
 *     starting
 * @param file where the live flag is watched, for {@link SseFlag#watch}
 */
public record LoadedSettings(Settings settings, List<String> warnings, WatchedFile file) {

    public LoadedSettings {
        warnings = List.copyOf(warnings);
    }

    /**
     * The file that may change while the gateway runs.
     *
     * @param path {@code gateway.properties} in the folder, whether or not it is there; null when there is no folder
     * @param overridden the settings that the environment decides, whatever the file says
     */
    public record WatchedFile(@Nullable Path path, Set<String> overridden) {

        public WatchedFile {
            overridden = Set.copyOf(overridden);
        }
    }
}
