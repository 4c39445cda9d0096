package dev.hermes.gateway.config;

import java.time.Duration;

/**
 * Everything an operator can set, validated and immutable. Made by {@link SettingsLoader}; durations and counts are as
 * configured, never clamped.
 *
 * @param sseEnabled {@code HERMES_ENABLE_SSE} as it stood at start; the one setting that may change while running, see
 *     {@link SseFlag}
 * @param drainTimeout {@code HERMES_DRAIN_TIMEOUT}: longest time from the signal to the last stream's end
 * @param eventLoopLimit {@code HERMES_EVENT_LOOP_LIMIT}: how long a task may hold an event loop before that is logged
 */
public record Settings(
        boolean sseEnabled,
        StreamSettings streams,
        HistorySettings history,
        RedisSettings redis,
        SecuritySettings security,
        HttpSettings http,
        ManagementSettings management,
        LoggingSettings logging,
        BrowserSettings browser,
        Duration drainTimeout,
        Duration eventLoopLimit,
        Catalogue catalogue) {}
