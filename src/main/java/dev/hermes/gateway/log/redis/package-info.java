/**
 * The log in Redis, a stream that all gateways share. {@link dev.hermes.gateway.log.redis.LogScripts} changes it,
 * each change as one script; {@code StreamTail} follows its end on a connection of its own; {@code StreamReader}
 * reads older pages on other connections. {@link dev.hermes.gateway.log.redis.RedisLog} is the way in; the event loop
 * of the Redis link owns it.
 */
@NullMarked
package dev.hermes.gateway.log.redis;

import org.jspecify.annotations.NullMarked;
