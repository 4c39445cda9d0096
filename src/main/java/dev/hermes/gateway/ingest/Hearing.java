package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.Envelope;

/**
 * The way of what was heard over pub/sub into the log. On the loop of the link, in the order of each subscription, every
 * message of it: what was no event counts too.
 */
public interface Hearing {

    /**
     * An event.
     *
     * @param subscription the exact name or the glob it was heard by
     */
    void event(String subscription, Envelope envelope);

    /**
     * What was no event.
     *
     * @param keep keeps it aside; run at most once, and by one gateway of those that share a log
     */
    void noEvent(String subscription, Runnable keep);
}
