/**
 * The contract of a log: it gives each envelope its id and its place, keeps history, and is the only source of order.
 * {@code memory} and {@code redis} keep that contract, one in this process, one for all gateways of a Redis.
 *
 * <p>An envelope comes in by {@link dev.hermes.gateway.log.EventLog#append}, leaves by {@link
 * dev.hermes.gateway.log.LogOutlet}, in order and once, and can be read again by whoever holds a {@link
 * dev.hermes.gateway.log.Cursor} that the log still holds.
 */
@NullMarked
package dev.hermes.gateway.log;

import org.jspecify.annotations.NullMarked;
