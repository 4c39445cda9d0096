package dev.hermes.gateway.config;

/** placeholder */
public final class SettingsLoader {
    private SettingsLoader() {}
}
