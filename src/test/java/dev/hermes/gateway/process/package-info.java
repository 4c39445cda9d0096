/**
 * The gateway from outside: the jar, started as its users start it, in front of a real browser and behind a real proxy;
 * and what the documents say, held against the code.
 */
@NullMarked
package dev.hermes.gateway.process;

import org.jspecify.annotations.NullMarked;
