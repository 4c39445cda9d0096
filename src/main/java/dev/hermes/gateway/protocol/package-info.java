/**
 * Words that other programs rely on, and the gateway may not change alone: names in Redis, the event types that are the
 * gateway's own, and Python's form of times and JSON, which Hermes writes and reads. Knows no other room.
 */
@NullMarked
package dev.hermes.gateway.protocol;

import org.jspecify.annotations.NullMarked;
