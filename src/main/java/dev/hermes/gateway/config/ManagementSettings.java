package dev.hermes.gateway.config;

/**
 * The operator's port.
 *
 * @param host {@code HERMES_MANAGEMENT_HOST}
 * @param port {@code HERMES_MANAGEMENT_PORT}, 0 for any free one
 */
public record ManagementSettings(String host, int port) {}
