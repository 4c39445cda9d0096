/**
 * The gateway's single link to Redis: connections, reconnecting, and the proof that a connection works.
 *
 * <p>A message enters the gateway here, from a subscription, and the packages above send their commands through here:
 * appends and reads of the log, look-ups of tokens. This package knows nothing of events, logs or tokens itself.
 *
 * <p>{@link dev.hermes.gateway.redis.RedisLink} owns the reconnecting and the {@link
 * dev.hermes.gateway.redis.LinkState states}. Each attempt is a {@link dev.hermes.gateway.redis.Session} with {@link
 * dev.hermes.gateway.redis.Connections} of its own, all discarded at the first failure, because the client neither
 * subscribes again after a loss nor notices a silent peer. Everything lives on the event loop that created the link,
 * except {@link dev.hermes.gateway.redis.RedisCommands}, which any loop may call.
 */
@NullMarked
package dev.hermes.gateway.redis;

import org.jspecify.annotations.NullMarked;
