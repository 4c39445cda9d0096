package dev.hermes.gateway.config;

import org.jspecify.annotations.Nullable;

/**
 * One setting as {@code --help} and the documentation show it.
 *
 * @param name the name in the environment, in {@code gateway.properties} and in a deployment's configuration
 * @param defaultValue as it would be written, or null when there is none
 * @param allowed what may be written
 * @param meaning one sentence
 */
public record SettingDescription(String name, @Nullable String defaultValue, String allowed, String meaning) {}
