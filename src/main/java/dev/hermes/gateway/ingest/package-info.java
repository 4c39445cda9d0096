/**
 * Everything between Redis and the log. Messages come in by three ways: {@link dev.hermes.gateway.ingest.PubSubDoor}
 * for Redis' pub/sub, {@link dev.hermes.gateway.ingest.EventBusDoor} for publishers in this JVM, {@link
 * dev.hermes.gateway.ingest.Publisher} for callers that have envelopes already. Messages that are not events end
 * here, counted and kept aside.
 *
 * <p>{@link dev.hermes.gateway.ingest.LogFeed} writes the events to the log, whichever log the gateway has. {@link
 * dev.hermes.gateway.ingest.LinkSupervisor} decides whether all this works, in one state, and is the only class that
 * retries.
 */
@NullMarked
package dev.hermes.gateway.ingest;

import org.jspecify.annotations.NullMarked;
