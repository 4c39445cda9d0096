package dev.hermes.gateway.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The written values of one load, environment over file, and the way to read them: what is not allowed is noted and
 * reading goes on with the default, so that one load finds every problem. Belongs to the thread that loads.
 */
final class SettingValues {

    /** Gives null for what is not allowed. */
    @FunctionalInterface
    interface Parser<T> {
        @Nullable
        T parse(String text);
    }

    private final Map<Setting, String> written;
    private final SettingsException.Problems findings;

    /** {@code written} holds no empty values: an empty one is as if it were not there. */
    SettingValues(Map<Setting, String> written, SettingsException.Problems findings) {
        this.written = written;
        this.findings = findings;
    }

    SettingsException.Problems findings() {
        return findings;
    }

    /** What is written, or null where the default holds. */
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

    /** The value, or null when none is written or what is written is not allowed. */
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

    /** Notes that what holds for this setting is not allowed. */
    void invalid(Setting setting) {
        invalid(setting, setting.allowed);
    }

    void invalid(Setting setting, String allowed) {
        String text = written.getOrDefault(setting, setting.defaultValue);
        findings.invalid(setting.name(), text == null ? "nothing" : setting.shown(text), allowed);
    }
}
