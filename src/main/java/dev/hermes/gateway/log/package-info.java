/**
 * The contract of a log: it gives each envelope its id, which is its position, keeps history, and is the only source
 * of order. Two packages fulfil the contract: {@code memory} within this process, {@code redis} for all gateways of
 * one Redis.
 *
 * <p>An envelope enters by {@link dev.hermes.gateway.log.EventLog#append} and leaves through the {@link
 * dev.hermes.gateway.log.EventLog.Outlet}, in order and once. Whoever has a {@link dev.hermes.gateway.log.Cursor} can
 * read it again as long as the log keeps it.
 */
@NullMarked
package dev.hermes.gateway.log;

import org.jspecify.annotations.NullMarked;
