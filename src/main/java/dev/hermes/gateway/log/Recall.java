package dev.hermes.gateway.log;

import org.jspecify.annotations.Nullable;

/**
 * Asks for the last event of a channel, or of one key of it. Answered for channels whose catalogue entry has something on
 * connect, for others there is no index.
 *
 * @param key null for the channel's last event of any key
 */
public record Recall(String channel, @Nullable String key) {}
