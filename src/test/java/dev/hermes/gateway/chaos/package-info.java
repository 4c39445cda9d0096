/**
 * One long run in which everything breaks, one thing after another and sometimes two at once, while events are published
 * without a pause: gateways from the built jar, a Redis, and networks between them that can be cut and held. {@link
 * dev.hermes.gateway.chaos.FaultPlan} says what breaks, from a seed; {@link dev.hermes.gateway.chaos.Breaker} breaks it;
 * {@link dev.hermes.gateway.chaos.Ledger} keeps what was published, each {@link dev.hermes.gateway.chaos.Journal} what one
 * client got; {@link dev.hermes.gateway.chaos.Judge} holds the two against each other. {@link dev.hermes.gateway.chaos.SoakRun}
 * uses the same producers, clients and judge for thousands of clients that come and go for long, and looks at what the
 * gateways keep of it. Nothing here reads by the gateway's
 * own code.
 */
@NullMarked
package dev.hermes.gateway.chaos;

import org.jspecify.annotations.NullMarked;
