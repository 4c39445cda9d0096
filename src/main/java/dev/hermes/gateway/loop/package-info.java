/**
 * Ownership of state by event loops. All state of the gateway lives on one event loop and is touched only there, so
 * no locks are needed. {@link dev.hermes.gateway.loop.OwnerLoop} takes a call from another loop to the owner and
 * brings the result back, {@link dev.hermes.gateway.loop.LocalCodec} carries immutable objects between loops by
 * reference, and {@link dev.hermes.gateway.loop.Generation} recognises an answer that comes too late. This package
 * uses no other package of the gateway.
 */
@NullMarked
package dev.hermes.gateway.loop;

import org.jspecify.annotations.NullMarked;
