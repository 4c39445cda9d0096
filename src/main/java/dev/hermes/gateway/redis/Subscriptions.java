package dev.hermes.gateway.redis;

import java.util.List;

/** What is listened to, the same for as long as the gateway runs. Either list may be empty. */
public record Subscriptions(List<String> channels, List<String> patterns) {

    public Subscriptions {
        channels = List.copyOf(channels);
        patterns = List.copyOf(patterns);
    }
}
