package dev.hermes.gateway.redis;

import java.util.List;

/**
 * What is listened to, the same for as long as the gateway runs. Either list may be empty.
 *
 * @param logReaders connections to read a log in Redis with, beside one that follows its tail; 0 for neither
 */
public record Subscriptions(List<String> channels, List<String> patterns, int logReaders) {

    public Subscriptions {
        channels = List.copyOf(channels);
        patterns = List.copyOf(patterns);
    }

    /** Without connections for a log. */
    public Subscriptions(List<String> channels, List<String> patterns) {
        this(channels, patterns, 0);
    }
}
