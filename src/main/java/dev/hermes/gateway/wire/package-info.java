/**
 * The only code below Vert.x' public API: here alone are Netty's channels and Vert.x' internals touched, but for {@code loop}
 * and the buffers of {@code delivery}.
 *
 * <p>{@code StreamSinks} chooses how a stream's bytes reach the socket; {@link dev.hermes.gateway.wire.ConnectionSweep} and
 * {@link dev.hermes.gateway.wire.Doorman} see to it that no connection stays without a use, and the handlers beside them keep
 * from Vert.x what it would stumble over.
 */
@NullMarked
package dev.hermes.gateway.wire;

import org.jspecify.annotations.NullMarked;
