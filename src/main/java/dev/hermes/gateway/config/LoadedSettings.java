package dev.hermes.gateway.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Valid settings, and what an operator should know about them.
 *
 * @param warnings one log line of {@code key=value} pairs each, without secrets; none of them keeps the gateway from
 *     starting
 * @param file the file that {@link SseFlag#watch} watches for the flag
 */
public record LoadedSettings(Settings settings, List<String> warnings, WatchedFile file) {

    public LoadedSettings {
        warnings = List.copyOf(warnings);
    }

    /**
     * The file that may change while the gateway runs.
     *
     * @param path {@code gateway.properties} in the folder, whether or not it exists; null without a folder
     * @param overridden the settings that the environment sets, which override the file
     */
    public record WatchedFile(@Nullable Path path, Set<String> overridden) {

        public WatchedFile {
            overridden = Set.copyOf(overridden);
        }
    }
}
