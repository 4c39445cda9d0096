package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.OwnerLoop;
import dev.hermes.gateway.log.EventLog;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to a log that this gateway alone keeps. What arrives within one turn of the event loop is one append. Owned by the
 * loop of the link.
 */
public final class TurnAppends implements Hearing {

    private static final Logger LOG = LoggerFactory.getLogger(TurnAppends.class);

    private final OwnerLoop loop;
    private final EventLog log;
    private List<Envelope> arrived = new ArrayList<>();

    public TurnAppends(OwnerLoop loop, EventLog log) {
        this.loop = loop;
        this.log = log;
    }

    @Override
    public void event(String subscription, Envelope envelope) {
        if (arrived.isEmpty()) {
            loop.later(this::append);
        }
        arrived.add(envelope);
    }

    @Override
    public void noEvent(String subscription, Runnable keep) {
        keep.run();
    }

    private void append() {
        List<Envelope> turn = arrived;
        arrived = new ArrayList<>();
        log.append(turn)
                .onFailure(
                        failure -> LOG.error("events lost count={} failure=\"{}\"", turn.size(), failure.getMessage()));
    }
}
