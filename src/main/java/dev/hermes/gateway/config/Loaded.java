package dev.hermes.gateway.config;

import java.util.List;

/**
 * Settings that hold, and what an operator should know of them.
 *
 * @param warnings each one log line of {@code key=value} pairs, without secrets; nothing here keeps the gateway from
 *     starting
 * @param file where the live flag is watched, for {@link SseFlag#watch}
 */
public record Loaded(Settings settings, List<String> warnings, SettingsFile file) {

    public Loaded {
        warnings = List.copyOf(warnings);
    }
}
