/**
 * What the gateway costs and how long an event takes, measured from outside against nginx' nchan module and against a loop
 * of bare writes. A {@link dev.hermes.gateway.bench.Crowd} of streams listens, a {@link dev.hermes.gateway.bench.Publisher}
 * publishes, {@link dev.hermes.gateway.bench.ProcessFigures} reads what the servers used; each {@link
 * dev.hermes.gateway.bench.Scenario} is one load, and {@link dev.hermes.gateway.bench.Report} writes down what came of it.
 */
@NullMarked
package dev.hermes.gateway.bench;

import org.jspecify.annotations.NullMarked;
