package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.OwnerLoop;
import dev.hermes.gateway.event.Rejection;
import dev.hermes.gateway.log.EventLog;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;

/**
 * Hands envelopes on to the log, and counts by which door they came. Callable from any event loop; answers on the
 * caller's.
 */
public final class Publisher {

    private final OwnerLoop loop;
    private final EventLog log;

    /** Owned by the loop. */
    private final IngestCounters counters;

    /** Must be called on the event loop that shall own the counters; best the log's. */
    public Publisher(OwnerLoop loop, EventLog log, Collection<String> channels) {
        this.loop = loop;
        this.log = log;
        this.counters = new IngestCounters(channels);
    }

    /** Appends all or none; the future fails when the log did not take them. */
    public Future<List<EventId>> publish(List<Envelope> envelopes, Source source) {
        return loop.call(() -> {
            envelopes.forEach(envelope -> counters.received(envelope.channel(), source));
            return log.append(envelopes);
        });
    }

    /** Counts an event that goes to the log by another way. On the owner's loop. */
    void heard(Envelope envelope, Source source) {
        assert loop.here();
        counters.received(envelope.channel(), source);
    }

    /** Counts what was no event. */
    public Future<Void> rejected(Rejection reason) {
        return loop.call(() -> {
            counters.rejected(reason);
            return Future.succeededFuture();
        });
    }

    /** What was counted so far. */
    public Future<IngestSnapshot> snapshot() {
        return loop.call(() -> Future.succeededFuture(counters.snapshot()));
    }
}
