/**
 * A million odd inputs at every door of a running gateway with a Redis of its own: {@link dev.hermes.gateway.fuzz.FuzzIT},
 * {@code mvn -Pfuzz verify}. Sources write inputs, a {@link dev.hermes.gateway.fuzz.Way} brings them to the gateway and judges
 * what it answers; {@link dev.hermes.gateway.fuzz.Witness} holds what was published against what a stream gets, {@link
 * dev.hermes.gateway.fuzz.Health} looks at logs, loops and memory. What failed is kept in a {@link
 * dev.hermes.gateway.fuzz.Corpus}, which each build runs again. Nothing here reads by the gateway's own code.
 */
@NullMarked
package dev.hermes.gateway.fuzz;

import org.jspecify.annotations.NullMarked;
