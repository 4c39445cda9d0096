package dev.hermes.gateway.config;

import java.time.Duration;

/**
 * Limits and rhythm of the streams of this process.
 *
 * @param heartbeatInterval {@code HERMES_SSE_HEARTBEAT_INTERVAL}, at least one second
 * @param maxConnections {@code HERMES_SSE_MAX_CONNECTIONS}, streams and waiting polls of the whole process
 * @param maxConnectionsPerAddress {@code HERMES_SSE_MAX_CONNECTIONS_PER_ADDRESS}, 0 for no limit
 * @param connectionTimeout {@code HERMES_SSE_CONNECTION_TIMEOUT}, longest life of one stream, zero for no limit
 * @param stallTimeout {@code HERMES_SSE_STALL_TIMEOUT}, how long a client may accept no byte
 * @param conflateAfter {@code HERMES_CONFLATE_AFTER}, matching events a stream may be behind before superseded ones are
 *     left out, 0 for never
 */
public record StreamSettings(
        Duration heartbeatInterval,
        int maxConnections,
        int maxConnectionsPerAddress,
        Duration connectionTimeout,
        Duration stallTimeout,
        int conflateAfter) {}
