/**
 * The public port. A request passes through these steps, each of which rejects it with a {@link
 * dev.hermes.gateway.http.Problem} or goes on: route, flag, credential, parameters, scope, capacity. Then the log
 * decides where the stream starts, and the hub of this event loop takes it over. This package knows nothing of Redis.
 */
@NullMarked
package dev.hermes.gateway.http;

import org.jspecify.annotations.NullMarked;
