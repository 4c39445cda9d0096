package dev.hermes.gateway.delivery;

import io.vertx.core.buffer.Buffer;

/** An event that tells a new client how things stand. Outside of the order, so it carries no id. */
public record Greeting(String type, Buffer data) {}
