package dev.hermes.gateway.config;

/** placeholder */
public final class SseFlag {
    private SseFlag() {}
}
