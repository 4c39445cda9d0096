/**
 * Who owns which event loop. All state of the gateway lives on one loop and is touched only there, so that there is no lock;
 * {@link dev.hermes.gateway.loop.OwnerLoop} brings a call from elsewhere there and its answer back, {@link
 * dev.hermes.gateway.loop.LocalCodec} carries immutable objects from loop to loop by reference, and {@link
 * dev.hermes.gateway.loop.Generation} tells an answer that comes too late. Knows no other room.
 */
@NullMarked
package dev.hermes.gateway.loop;

import org.jspecify.annotations.NullMarked;
