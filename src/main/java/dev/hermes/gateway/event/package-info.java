/**
 * Events, and how the message of a producer becomes one.
 *
 * <p>{@link dev.hermes.gateway.event.EnvelopeParser} checks every message, whichever way it came in. The result is an
 * {@link dev.hermes.gateway.event.Envelope}, which holds the producer's own bytes of the data, or the {@link
 * dev.hermes.gateway.event.Parsed.Reason} why the message was rejected. The log gives an envelope its {@link
 * dev.hermes.gateway.event.EventId} and makes it an {@link dev.hermes.gateway.event.Event}, one of the kinds of
 * {@link dev.hermes.gateway.event.LogEntry}.
 *
 * <p>All types in this package are immutable, except the parsers' own working state, which lives within one call.
 */
@NullMarked
package dev.hermes.gateway.event;

import org.jspecify.annotations.NullMarked;
