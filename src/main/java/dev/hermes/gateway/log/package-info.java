/**
 * The log: gives each envelope its id and its place, keeps history, and is the only source of order.
 *
 * <p>An envelope comes in by {@link dev.hermes.gateway.log.EventLog#append}, leaves towards the hubs as part of an
 * {@link dev.hermes.gateway.event.EventBatch}, and can be read again by whoever holds a cursor that the log still holds.
 */
@NullMarked
package dev.hermes.gateway.log;

import org.jspecify.annotations.NullMarked;
