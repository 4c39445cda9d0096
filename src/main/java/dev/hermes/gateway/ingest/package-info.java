/**
 * The doors by which events come in: Redis pub/sub, the event bus, and whoever hands envelopes to the {@link
 * dev.hermes.gateway.ingest.Publisher}. What is no event ends here, counted and kept aside; the rest goes to the log.
 */
@NullMarked
package dev.hermes.gateway.ingest;

import org.jspecify.annotations.NullMarked;
