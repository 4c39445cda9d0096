/**
 * Operation of the gateway: the management port with its probes and {@code /metrics}, the pace of a graceful
 * shutdown, signals, the format of the log, and warnings at start.
 *
 * <p>Events do not pass through this package. The other packages count for themselves, each on its own event loop and
 * without locks; at each scrape this package reads their counts ({@link
 * dev.hermes.gateway.ops.Metrics.GatewayReadings}), adds them up and names them ({@link
 * dev.hermes.gateway.ops.Metric}). Liveness depends on nothing but the event loop that answers. Readiness says
 * whether events really flow, see {@link dev.hermes.gateway.ops.ManagementServer.Readiness}.
 */
@NullMarked
package dev.hermes.gateway.ops;

import org.jspecify.annotations.NullMarked;
