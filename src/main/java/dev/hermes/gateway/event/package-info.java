/**
 * What an event is, and how one is made of what a producer said.
 *
 * <p>Whichever door a message comes by, {@link dev.hermes.gateway.event.EnvelopeParser} judges it: the answer is an {@link
 * dev.hermes.gateway.event.Envelope}, whose data are the producer's own bytes, or a {@link
 * dev.hermes.gateway.event.Parsed.Reason} why it is none, and bad input ends there. The log gives an envelope its {@link
 * dev.hermes.gateway.event.EventId} and makes it an {@link dev.hermes.gateway.event.Event}, one of the kinds of {@link
 * dev.hermes.gateway.event.LogEntry}.
 *
 * <p>Everything here is immutable.
 */
@NullMarked
package dev.hermes.gateway.event;

import org.jspecify.annotations.NullMarked;
