/**
 * Names and formats that other programs rely on, so that the gateway may not change them alone: names in Redis, the
 * gateway's own event types, and Python's formats of times and JSON, which Hermes reads and writes. This package uses
 * no other package of the gateway.
 */
@NullMarked
package dev.hermes.gateway.protocol;

import org.jspecify.annotations.NullMarked;
