package dev.hermes.gateway.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The written values of one load, where the environment overrides the file, and methods for reading them. An invalid
 * value is noted and reading goes on with the default, so that one load finds every problem. Owned by the loading
 * thread.
 */
final class SettingValues {

    /** Returns null for an invalid value. */
    @FunctionalInterface
    interface Parser<T> {
        @Nullable
        T parse(String text);
    }

    private final Map<Setting, String> written;
    private final SettingsException.Problems findings;

    /** {@code written} contains no empty values: an empty value counts as absent. */
    SettingValues(Map<Setting, String> written, SettingsException.Problems findings) {
        this.written = written;
        this.findings = findings;
    }

    SettingsException.Problems findings() {
        return findings;
    }

    /** The written value, or null if the default applies. */
    @Nullable
    String written(Setting setting) {
        return written.get(setting);
    }

    /** The value of a setting that has a default. */
    <T> T read(Setting setting, Parser<T> parser) {
        T value = readIfWritten(setting, parser);
        if (value == null && setting.defaultValue != null) {
            value = parser.parse(setting.defaultValue);
        }
        if (value == null) {
            throw new IllegalStateException(setting + " has no default that its parser allows");
        }
        return value;
    }

    /** The value, or null if none is written or the written one is invalid. */
    <T> @Nullable T readIfWritten(Setting setting, Parser<T> parser) {
        String text = written.get(setting);
        if (text == null) {
            return null;
        }
        T value = parser.parse(text);
        if (value == null) {
            invalid(setting);
        }
        return value;
    }

    boolean flag(Setting setting) {
        return read(setting, ValueParsers::flag);
    }

    /** Notes that the value of this setting is invalid. */
    void invalid(Setting setting) {
        invalid(setting, setting.allowed);
    }

    void invalid(Setting setting, String allowed) {
        String text = written.getOrDefault(setting, setting.defaultValue);
        findings.invalid(setting.name(), text == null ? "" : setting.shown(text), allowed);
    }
}
