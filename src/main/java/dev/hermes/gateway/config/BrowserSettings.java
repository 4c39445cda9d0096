package dev.hermes.gateway.config;

/**
 * What pages are told by {@code /config.js}, and whether the gateway has one of its own.
 *
 * @param sseEnabled {@code VITE_SSE_ENABLED}
 * @param apiBaseUrl {@code VITE_API_BASE_URL}
 * @param ownPage {@code HERMES_PAGE}: whether there is a page at {@code /}
 */
public record BrowserSettings(boolean sseEnabled, String apiBaseUrl, boolean ownPage) {}
