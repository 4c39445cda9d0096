package dev.hermes.gateway.redis;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * One message heard on a subscription.
 *
 * @param channel the channel it was published on
 * @param pattern the pattern that matched, null if the channel itself is subscribed
 * @param payload the bytes as published; nobody changes them
 */
public record RedisMessage(String channel, @Nullable String pattern, Buffer payload) {}
