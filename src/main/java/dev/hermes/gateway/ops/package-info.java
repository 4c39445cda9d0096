/**
 * What an operator sees and does: the management port with its probes and {@code /metrics}, the pace of a graceful end,
 * the signals that ask for one, the log's form, and what to warn of at start.
 *
 * <p>Stands beside the way of an event, never on it. The other rooms count for themselves, each on its own event loop
 * and without locks; this room asks for those numbers when somebody scrapes ({@link
 * dev.hermes.gateway.ops.GatewayReadings}), adds them up and names them ({@link dev.hermes.gateway.ops.Metric}).
 * Liveness asks nobody anything: it is answered as long as the event loop answers. Readiness says whether events really
 * flow, see {@link dev.hermes.gateway.ops.Readiness}.
 */
@NullMarked
package dev.hermes.gateway.ops;

import org.jspecify.annotations.NullMarked;
