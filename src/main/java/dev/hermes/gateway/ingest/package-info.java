/**
 * Everything between Redis and the log. The doors: {@link dev.hermes.gateway.ingest.PubSubDoor} for what is published in Redis,
 * {@link dev.hermes.gateway.ingest.EventBusDoor} for this JVM, {@link dev.hermes.gateway.ingest.Publisher} for whoever has
 * envelopes. What is no event ends there, counted and kept aside.
 *
 * <p>{@link dev.hermes.gateway.ingest.LogFeed} is what goes from there into the log that there is. {@link
 * dev.hermes.gateway.ingest.LinkSupervisor} knows whether all this works, in one state, and is the only one who tries again.
 */
@NullMarked
package dev.hermes.gateway.ingest;

import org.jspecify.annotations.NullMarked;
