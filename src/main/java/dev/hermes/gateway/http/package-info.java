/**
 * The public port. A request comes in here and each step hands on a smaller, better-typed thing, or answers with a {@link
 * dev.hermes.gateway.http.Problem}: route, flag, credential, parameters, scope, capacity; then the log says where the
 * stream starts, and the hub of this event loop takes it on. Knows nothing of Redis.
 */
@NullMarked
package dev.hermes.gateway.http;

import org.jspecify.annotations.NullMarked;
