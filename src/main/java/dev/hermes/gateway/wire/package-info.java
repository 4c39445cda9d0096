/**
 * The code below Vert.x' public API: Netty's channels and Vert.x' internals are used only here, except in {@code
 * loop} and for the buffers of {@code delivery}.
 *
 * <p>{@code StreamSinks} chooses how a stream's bytes reach the socket, and {@code BareConnection} is all that is left
 * of HTTP on a connection meanwhile. {@link
 * dev.hermes.gateway.wire.ConnectionSweep} and {@link dev.hermes.gateway.wire.Doorman} make sure that no connection
 * stays open without use. The handlers beside them keep input away from Vert.x on which it would fail.
 */
@NullMarked
package dev.hermes.gateway.wire;

import org.jspecify.annotations.NullMarked;
