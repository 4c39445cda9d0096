package dev.hermes.gateway.config;

import java.time.Duration;

/**
 * How far back a cursor can reach.
 *
 * @param store {@code HERMES_SSE_HISTORY}
 * @param maxEvents {@code HERMES_HISTORY_MAX_EVENTS}, at least 1
 * @param maxAge {@code HERMES_HISTORY_MAX_AGE}, at least one second
 * @param maxBytes {@code HERMES_HISTORY_MAX_BYTES}, at least 1
 * @param maxEventBytes {@code HERMES_MAX_EVENT_BYTES}, at least 1: one event, and the body of {@code POST /publish}
 */
public record HistorySettings(Store store, int maxEvents, Duration maxAge, long maxBytes, int maxEventBytes) {

    /** Where the log lives. */
    public enum Store {
        /** In Redis, durable, shared by all gateways. */
        REDIS,
        /** In this process, gone with it. */
        MEMORY
    }
}
