/**
 * The log in Redis, a stream that all gateways share. {@link dev.hermes.gateway.log.redis.LogScripts} writes it, each change
 * as one script; {@code StreamTail} follows its end on a connection of its own; {@code StreamReader} reads old pages on
 * others. {@link dev.hermes.gateway.log.redis.RedisLog} is the door, owned by the loop of the link.
 */
@NullMarked
package dev.hermes.gateway.log.redis;

import org.jspecify.annotations.NullMarked;
