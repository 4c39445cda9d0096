/**
 * The one link to Redis: connections, the loop that brings them back, and the proof that they are worth something.
 *
 * <p>On an event's way this room is the first, where a message arrives from a subscription, and it carries what the rooms
 * above send: appends and reads of the log, look-ups of tokens. It knows nothing of events, logs or tokens itself.
 *
 * <p>{@link dev.hermes.gateway.redis.RedisLink} owns the loop and its {@link dev.hermes.gateway.redis.LinkState states};
 * each attempt is a {@link dev.hermes.gateway.redis.Session} with {@link dev.hermes.gateway.redis.Connections} of its
 * own, thrown away whole at the first sign of trouble, because the client neither subscribes again after a loss nor
 * notices a peer that has fallen silent. All of it lives on the event loop that made the link, except {@link
 * dev.hermes.gateway.redis.RedisCommands}, which any loop may call.
 */
@NullMarked
package dev.hermes.gateway.redis;

import org.jspecify.annotations.NullMarked;
