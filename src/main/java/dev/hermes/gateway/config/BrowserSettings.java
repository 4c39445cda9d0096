package dev.hermes.gateway.config;

/**
 * What {@code /config.js} hands to the page.
 *
 * @param sseEnabled {@code VITE_SSE_ENABLED}
 * @param apiBaseUrl {@code VITE_API_BASE_URL}
 */
public record BrowserSettings(boolean sseEnabled, String apiBaseUrl) {}
