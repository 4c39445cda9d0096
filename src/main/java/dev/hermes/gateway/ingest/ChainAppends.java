package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.Envelope;

/** Appends to a log that gateways share: each hears everything, and the marker chain lets one of them append it. */
public final class ChainAppends implements Hearing {

    private final MarkerChain chain;

    public ChainAppends(MarkerChain chain) {
        this.chain = chain;
    }

    @Override
    public void event(String subscription, Envelope envelope) {
        chain.heard(subscription, envelope);
    }

    @Override
    public void noEvent(String subscription, Runnable keep) {
        chain.heardRejected(subscription, keep);
    }
}
